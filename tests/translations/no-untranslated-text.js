// An ESLint rule: texts for people are passed to gettext, ngettext or a similar function. A text is
// a string of two words or more, a capitalized word, a word with a full stop, or a word next to a
// space in a template literal.

const GETTEXT = /^n?p?gettext(Noop)?$/;
// The arguments of these functions are names, selectors and messages of programming errors.
const CODE =
  /^(querySelector(All)?|closest|matches|addEventListener|removeEventListener|getElementById|getItem|setItem|get|has|startsWith|endsWith|includes|split|RegExp|DOMException|TypeError|RangeError|Error|Set|URL|part|slot|action)$/;
const TEXT = /\p{L}{2,}[,:;.]?\s+["“(]?\p{L}|^\p{Lu}\p{Ll}+(?![\p{L}\d])|^\p{L}{2,}[.!?…]$/u;
const PART = /(^|\s)["“(]?\p{L}{2,}[.,:;!?…)”]?(\s|$)/u;
const HEADER = /^\p{Lu}\w*(-\p{Lu}\w*)+$/u;

function calleeName({ callee }) {
  return callee.type === "MemberExpression" ? callee.property.name : callee.name;
}

/** Return whether a node is in a place where strings are code: a name, a key or a selector. */
function isCode({ parent }, node) {
  switch (parent.type) {
    case "ImportDeclaration":
    case "ImportExpression":
    case "ExportAllDeclaration":
    case "ExportNamedDeclaration":
    case "SwitchCase":
      return true;
    case "Property":
    case "PropertyDefinition":
      return parent.key === node;
    case "MemberExpression":
      return parent.property === node;
    case "BinaryExpression":
      return parent.operator !== "+";
    default:
      return false;
  }
}

/** Return whether a node is an argument of a function that matches a pattern. */
function isArgumentOf(node, patterns) {
  const { parent } = node;
  if (["BinaryExpression", "ConditionalExpression", "ArrayExpression"].includes(parent.type))
    return isArgumentOf(parent, patterns);
  return (
    ["CallExpression", "NewExpression"].includes(parent.type) &&
    parent.callee !== node &&
    patterns.some((pattern) => pattern.test(calleeName(parent) ?? ""))
  );
}

export default {
  meta: {
    type: "problem",
    schema: [],
    messages: { untranslated: "Pass this text to gettext or ngettext: {{text}}" },
  },
  create(context) {
    const report = (node, text) => {
      if (!isCode(node, node) && !isArgumentOf(node, [GETTEXT, CODE]))
        context.report({ node, messageId: "untranslated", data: { text } });
    };
    return {
      Literal(node) {
        const { value } = node;
        if (typeof value === "string" && TEXT.test(value) && !HEADER.test(value))
          report(node, value);
      },
      TemplateLiteral(node) {
        const text = node.quasis.map(({ value }) => value.cooked).join("\uFFFC");
        const parts = node.quasis.map(({ value }) => value.cooked);
        if (TEXT.test(text.replaceAll("\uFFFC", "x")) || parts.some((part) => PART.test(part)))
          report(node, text);
      },
    };
  },
};
