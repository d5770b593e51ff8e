import java.nio.file.Files;
import java.nio.file.Path;
import org.openapitools.client.ApiClient;
import org.openapitools.client.api.NodeApi;
import org.openapitools.client.api.TransactionsApi;
import org.openapitools.client.model.SignedTransaction;

public class Main {
  public static void main(String[] arguments) throws Exception {
    ApiClient client = new ApiClient();
    client.updateBaseUri(System.getenv("HEARSAY_URL"));
    client.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + System.getenv("HEARSAY_TOKEN")));
    System.out.println("read " + new NodeApi(client).getStatus().getPeerId());
    String document = Files.readString(Path.of(System.getenv("HEARSAY_TRANSACTION")));
    SignedTransaction transaction = client.getObjectMapper().readValue(document, SignedTransaction.class);
    System.out.println("wrote " + new TransactionsApi(client).submitTransaction(transaction).getId());
  }
}
