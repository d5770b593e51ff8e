use openapi::apis::{configuration::Configuration, node_api, transactions_api};
use openapi::models::SignedTransaction;
use std::{env, fs};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut configuration = Configuration::new();
    configuration.base_path = env::var("HEARSAY_URL").unwrap();
    configuration.bearer_access_token = env::var("HEARSAY_TOKEN").ok();
    let status = node_api::get_status(&configuration).await.unwrap();
    println!("read {}", status.peer_id);
    let document = fs::read_to_string(env::var("HEARSAY_TRANSACTION").unwrap()).unwrap();
    let transaction: SignedTransaction = serde_json::from_str(&document).unwrap();
    let sent = transactions_api::submit_transaction(&configuration, transaction).await.unwrap();
    println!("wrote {}", sent.id);
}
