#!/usr/bin/env bash
# openapi-python-client 0.29.1 (PyPI): where a required body may have one of two media types, and the operation has no optional parameter, the module that it
# generates names `Unset` without importing it. Generation succeeds with exit code 0, the package imports, and that one module raises NameError on import.
# Output seen: NameError: name 'Unset' is not defined. Did you mean: 'UNSET'?
# Remedy for users: `from ...types import Unset` in the generated module. This script fails once that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > openapi.json << 'JSON'
{
  "openapi": "3.1.0",
  "info": { "title": "two bodies", "version": "1" },
  "paths": {
    "/things": {
      "post": {
        "operationId": "makeThing",
        "tags": ["things"],
        "requestBody": {
          "required": true,
          "content": {
            "application/json": { "schema": { "$ref": "#/components/schemas/Thing" } },
            "application/octet-stream": { "schema": { "type": "string", "format": "binary" } }
          }
        },
        "responses": { "200": { "description": "made" } }
      }
    }
  },
  "components": {
    "schemas": { "Thing": { "type": "object", "required": ["name"], "properties": { "name": { "type": "string" } } } }
  }
}
JSON

python3 -m venv venv
venv/bin/pip install --quiet openapi-python-client==0.29.1
venv/bin/openapi-python-client --version
venv/bin/openapi-python-client generate --path openapi.json --output-path client > /dev/null 2>&1
venv/bin/pip install --quiet ./client
venv/bin/python -c 'import two_bodies_client; print("the package imports")'
said=$(venv/bin/python -c 'import two_bodies_client.api.things.make_thing' 2>&1 | tail -1 || true)
echo "$said"
case "$said" in
  "NameError: name 'Unset' is not defined"*) echo "as found" ;;
  *)
    echo "changed: the module of an operation with two media types is no longer broken in that way" >&2
    exit 1
    ;;
esac
