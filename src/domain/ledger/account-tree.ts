/**
 * The accounts as a persistent Merkle tree: SSZ `List[Account{key: B32, balance: u64, nonce: u64}, 2^32]`. Changing
 * some accounts gives a new tree that shares all other nodes with the old one, so that to undo is to keep a pointer.
 *
 * ```
 * root = SHA-256(contents ‖ length)       contents: depth 32, one subtree an account
 * account = (key · balance) · (nonce · 0)
 * ```
 */
import { treeHasher } from './tree-hasher.ts'
import {
  BranchNode,
  type HashComputationLevel,
  LeafNode,
  type Node,
  getHashComputations,
  getNode,
  getNodeAtDepth,
  getNodesAtDepth,
  levelAtIndex,
  setNodesAtDepth,
  treeZeroAfterIndex,
  zeroNode,
} from '@chainsafe/persistent-merkle-tree'
import { assert } from '../../lib/assert.ts'
import { fromHex, toHex } from '../../lib/bytes.ts'
import type { AccountId } from '../ids.ts'
import { asAccountId } from '../ids.ts'
import { mixInLength } from '../merkle.ts'
import type { Account } from './account.ts'

/** Depth of the tree over the accounts: 2^32 of them. */
const ACCOUNT_TREE_DEPTH = 32
const ACCOUNT_DEPTH = 2

export interface LedgerEntry extends Account {
  readonly key: AccountId
}

export class AccountTree {
  readonly length: number
  readonly #contents: Node
  #root: Uint8Array | null = null

  private constructor(contents: Node, length: number) {
    this.#contents = contents
    this.length = length
  }

  static readonly empty = new AccountTree(zeroNode(ACCOUNT_TREE_DEPTH), 0)

  /** The SSZ root, 32 bytes. */
  root(): Uint8Array {
    this.#root ??= mixInLength(this.#contents.root, this.length)
    return this.#root
  }

  at(index: number): LedgerEntry {
    assert(index < this.length, 'an account is in the list')
    return readAccount(getNodeAtDepth(this.#contents, ACCOUNT_TREE_DEPTH, index))
  }

  /** The key of the account at `index` alone: what a candidate is checked against. */
  keyAt(index: number): AccountId {
    return keyOf(getNodeAtDepth(this.#contents, ACCOUNT_TREE_DEPTH, index))
  }

  /** Accounts from `start` on, in order. */
  entries(start: number, count: number): LedgerEntry[] {
    return getNodesAtDepth(this.#contents, ACCOUNT_TREE_DEPTH, start, count).map(readAccount)
  }

  /**
   * A tree with some accounts set; those at `length` and above are appended and must leave no gap.
   * @param changes sorted by index, each index once
   */
  with(changes: readonly { readonly index: number; readonly entry: LedgerEntry }[]): AccountTree {
    if (changes.length === 0) return this
    const levels: HashComputationLevel[] = []
    for (let level = 0; level < ACCOUNT_TREE_DEPTH + ACCOUNT_DEPTH; level++) levelAtIndex(levels, level)
    const nodes = changes.map(({ index, entry }) => {
      const node = writeAccount(entry, index < this.length ? this.#keyLeaf(index) : null)
      getHashComputations(node, ACCOUNT_TREE_DEPTH, levels)
      return node
    })
    const indexes = changes.map((change) => change.index)
    const contents = setNodesAtDepth(this.#contents, ACCOUNT_TREE_DEPTH, indexes, nodes, 0, levels)
    // All pairs of one level at once: four at a time, and no recursion.
    treeHasher.executeHashComputations(levels)
    const last = indexes[indexes.length - 1] ?? 0
    return new AccountTree(contents, Math.max(this.length, last + 1))
  }

  /** The tree of the first `length` accounts. */
  truncated(length: number): AccountTree {
    if (length === this.length) return this
    if (length === 0) return AccountTree.empty
    const contents = treeZeroAfterIndex(this.#contents, ACCOUNT_TREE_DEPTH, length - 1)
    // Its new nodes have no hashes yet, and `with` takes those of what it does not change as they are: they are worked
    // out now.
    void contents.root
    return new AccountTree(contents, length)
  }

  /** Siblings from the account's leaf-most subtree up to the contents' root: 32 hashes. */
  branch(index: number): Uint8Array[] {
    const siblings: Uint8Array[] = []
    let node = this.#contents
    for (let depth = ACCOUNT_TREE_DEPTH - 1; depth >= 0; depth--) {
      // Indexes reach beyond 32-bit shifts.
      const goesRight = Math.floor(index / 2 ** depth) % 2 === 1
      siblings.unshift(goesRight ? node.left.root : node.right.root)
      node = goesRight ? node.right : node.left
    }
    return siblings
  }

  #keyLeaf(index: number): Node {
    return getNode(getNodeAtDepth(this.#contents, ACCOUNT_TREE_DEPTH, index), '100')
  }
}

function keyOf(account: Node): AccountId {
  return asAccountId(toHex(account.left.left.root))
}

function readAccount(account: Node): LedgerEntry {
  const balance = account.left.right as LeafNode
  const nonce = account.right.left as LeafNode
  return { key: keyOf(account), balance: balance.getUintBigint(8, 0), nonce: nonce.getUintBigint(8, 0) }
}

function writeAccount(entry: LedgerEntry, keyLeaf: Node | null): Node {
  const key = keyLeaf ?? LeafNode.fromRoot(keyBytes(entry.key))
  return new BranchNode(new BranchNode(key, u64Leaf(entry.balance)), new BranchNode(u64Leaf(entry.nonce), zeroNode(0)))
}

function u64Leaf(value: bigint): LeafNode {
  const leaf = LeafNode.fromZero()
  leaf.setUintBigint(8, 0, value)
  return leaf
}

function keyBytes(key: AccountId): Uint8Array {
  const bytes = fromHex(key)
  assert(bytes?.byteLength === 32, 'a key is 32 bytes')
  return bytes
}
