/**
 * ESLint: a handler of the kernel takes the wings that it touches and no other, so that its signature says what it may
 * read and change.
 *
 * A parameter of type `WithPeers & WithTransactions & …` must use each of these wings: by reading it, by taking it
 * apart, or by being passed on to a function whose own parameter needs it. `Machines` is for who needs all of them.
 * TypeScript holds the other half: a wing that the type does not name can't be reached.
 */

/** @param {import('estree').Node | undefined} annotation @returns {'wings' | 'machines' | null} */
function kindOf(annotation) {
  const parts = annotation?.type === 'TSIntersectionType' ? annotation.types : [annotation]
  const names = parts.map((part) => (part?.type === 'TSTypeReference' ? (part.typeName.name ?? '') : ''))
  if (names.every((name) => /^With[A-Z]/.test(name))) return 'wings'
  return names.length === 1 && names[0] === 'Machines' ? 'machines' : null
}

/** Names that a pattern takes out of its object; null where it takes a rest. */
function keysOf(pattern) {
  return pattern.properties.map((property) => (property.type === 'Property' ? property.key.name : null))
}

export const usedWings = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      unused: 'It takes {{wings}}, and uses none of it: say in the signature what it may change, and no more.',
      whole:
        'What becomes of the machines here can not be seen: pass them to a function that says which wings it takes.',
    },
  },
  create(context) {
    const { sourceCode } = context
    const { program, esTreeNodeToTSNodeMap } = sourceCode.parserServices
    const checker = program.getTypeChecker()
    const wingsOf = (type) => type.getProperties().map(({ name }) => name)

    /** What a call needs of the argument at this place. */
    const neededBy = (call, place) => {
      const node = esTreeNodeToTSNodeMap.get(call)
      const parameter = checker.getResolvedSignature(node)?.parameters[place]
      return parameter === undefined ? null : wingsOf(checker.getTypeOfSymbolAtLocation(parameter, node))
    }

    const usedAt = (identifier) => {
      const { parent } = identifier
      if (parent.type === 'MemberExpression' && parent.object === identifier && !parent.computed)
        return [parent.property.name]
      if (parent.type === 'VariableDeclarator' && parent.id.type === 'ObjectPattern') return keysOf(parent.id)
      if (parent.type === 'CallExpression' && parent.arguments.includes(identifier))
        return neededBy(parent, parent.arguments.indexOf(identifier))
      return null
    }

    const check = (fn, parameter) => {
      const kind = kindOf(parameter.typeAnnotation?.typeAnnotation)
      if (kind === null) return
      const used = new Set()
      const uses =
        parameter.type === 'ObjectPattern'
          ? [{ node: parameter, wings: keysOf(parameter) }]
          : (sourceCode.getDeclaredVariables(fn).find(({ name }) => name === parameter.name)?.references ?? []).map(
              ({ identifier }) => ({ node: identifier, wings: usedAt(identifier) }),
            )
      for (const { node, wings } of uses) {
        if (wings === null || wings.includes(null)) context.report({ node, messageId: 'whole' })
        for (const wing of wings ?? []) used.add(wing)
      }
      if (used.has('wings')) return
      const declared = wingsOf(checker.getTypeAtLocation(esTreeNodeToTSNodeMap.get(parameter)))
      const unused = declared.filter((wing) => wing !== 'wings' && !used.has(wing))
      if (unused.length > 0)
        context.report({ node: parameter, messageId: 'unused', data: { wings: unused.join(', ') } })
    }

    return {
      ':function'(fn) {
        for (const parameter of fn.params) check(fn, parameter)
      },
    }
  },
}
