#!/usr/bin/env bash
# @chainsafe/ssz 1.9.0 (npm): a type of varying length (ByteListType, ListCompositeType) can't be declared where there is no global `Buffer`, as in
# browsers: its constructor throws. Bundlers for browsers report nothing, the import succeeds, types of fixed length work, and the package ships a build for
# browsers (lib/web.js) that puts it on `window`.
# Output seen: fixed: 40 bytes / list: ReferenceError: Buffer is not defined
# Remedy for users: define `globalThis.Buffer` (npm: buffer) before any list is declared. This script fails once that changes. Needs Node 22 or later.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

echo '{ "private": true, "type": "module" }' > package.json
npm install --silent --no-audit --no-fund @chainsafe/ssz@1.9.0 esbuild@0.28.2
cat > page.js << 'JS'
import { ByteListType, ByteVectorType, ContainerType, UintBigintType } from '@chainsafe/ssz'

const fixed = new ContainerType({ key: new ByteVectorType(32), height: new UintBigintType(8) })
console.log(`fixed: ${fixed.serialize({ key: new Uint8Array(32), height: 1n }).length} bytes`)
try {
  new ByteListType(64)
  console.log('list: declared')
} catch (error) {
  console.log(`list: ${error}`)
}
JS
npx esbuild page.js --bundle --platform=browser --format=esm --external:@chainsafe/hashtree --outfile=bundle.mjs --log-level=warning
# What a page has, and no Buffer.
said=$(node --input-type=module -e 'delete globalThis.Buffer; await import(process.argv[1])' "$folder/bundle.mjs")
echo "$said"
if [ "$said" != $'fixed: 40 bytes\nlist: ReferenceError: Buffer is not defined' ]; then
  echo 'changed: lists of @chainsafe/ssz no longer need a global Buffer in that way' >&2
  exit 1
fi
echo 'as found'
