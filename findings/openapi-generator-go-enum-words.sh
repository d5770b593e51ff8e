#!/usr/bin/env bash
# openapi-generator 7.26.0 (PyPI: openapi-generator-cli), generator go with its default options: two named enums of one document that have a word in common become
# two Go constants of the same name in one package. Generation succeeds with exit code 0, the client does not compile.
# Output seen: ... OPEN redeclared in this block ... other declaration of OPEN
# With `--additional-properties=enumClassPrefix=true` it compiles. Our document keeps each word to one named enum, so that the defaults serve. This script fails
# once that changes. Needs Java, Go and Python.
set -euo pipefail
folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder"

cat > openapi.json << 'JSON'
{
  "openapi": "3.1.0",
  "info": { "title": "words", "version": "1" },
  "servers": [{ "url": "http://127.0.0.1" }],
  "paths": {
    "/things": {
      "get": {
        "operationId": "getThing",
        "tags": ["things"],
        "responses": {
          "200": {
            "description": "it",
            "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Thing" } } }
          }
        }
      }
    }
  },
  "components": {
    "schemas": {
      "Door": { "type": "string", "enum": ["open", "shut"] },
      "Shop": { "type": "string", "enum": ["open", "closed"] },
      "Thing": {
        "type": "object",
        "required": ["door", "shop"],
        "properties": {
          "door": { "$ref": "#/components/schemas/Door" },
          "shop": { "$ref": "#/components/schemas/Shop" }
        }
      }
    }
  }
}
JSON

python3 -m venv venv
venv/bin/pip install --quiet openapi-generator-cli==7.26.0
venv/bin/openapi-generator-cli version
make_client() {
  venv/bin/openapi-generator-cli generate -i openapi.json -g go -o "$1" --additional-properties="withGoMod=false$2" > /dev/null 2>&1
  rm -rf "$1/test"
  (cd "$1" && go mod init example.com/words > /dev/null 2>&1 && go mod tidy > /dev/null 2>&1 && go build ./... 2>&1) || true
}
said=$(make_client plain '')
echo "$said"
prefixed=$(make_client prefixed ',enumClassPrefix=true')
[ -z "$prefixed" ] || { echo "changed: the client with prefixed constants does not compile: $prefixed" >&2; exit 1; }
case "$said" in
  *"OPEN redeclared in this block"*) echo "as found" ;;
  *)
    echo "changed: two enums with a word in common no longer collide" >&2
    exit 1
    ;;
esac
