// An ESLint rule: displayed texts must be passed to gettext, ngettext or a similar function, as
// string literals, so that they can be extracted. A text is a string of two words or more, a
// capitalized word, a word with a full stop, or a word next to a space in a template literal.

/** The number of texts that each function takes. */
const GETTEXT = { gettext: 1, pgettext: 2, ngettext: 2 };
// The arguments of these functions are names, selectors and messages of programming errors.
const CODE_FUNCTIONS =
  /^(querySelector(All)?|closest|matches|addEventListener|removeEventListener|getElementById|getItem|setItem|get|has|startsWith|endsWith|includes|split|matchMedia|setRequestHeader|RegExp|DOMException|TypeError|RangeError|Set|URL|part|slot|action)$/;
const TEXT = /\p{L}{2,}[,:;.]?\s+["“(]?\p{L}|^\p{Lu}\p{Ll}+(?![\p{L}\d])|^\p{L}{2,}[.!?…]$/u;
const LETTER = /\p{L}/u;
const PART = /(^|\s)["“(]?\p{L}{2,}[.,:;!?…)”]?(\s|$)/u;
// Strings that are assigned to these properties, or passed to these functions, are texts.
const DISPLAYED =
  /^(textContent|innerText|title|alt|placeholder|label|ariaLabel|ariaDescription|ariaValueText|toast|announce|alert|confirm)$/;
const DISPLAYED_ATTRIBUTES = /^(aria-(label|description|valuetext)|title|alt|placeholder)$/;
const HEADER = /^\p{Lu}\w*(-\p{Lu}\w*)+$/u;

function calleeName({ callee }) {
  return callee.type === "MemberExpression" ? callee.property.name : callee.name;
}

/** Return whether a node is in a place where strings are code: a name, a key or a comparison. */
function isCode(node) {
  const { parent } = node;
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

/** Return whether a node is a string literal, or a sum of string literals. */
function isLiteral(node) {
  return node?.type === "BinaryExpression" && node.operator === "+"
    ? isLiteral(node.left) && isLiteral(node.right)
    : node?.type === "Literal" && typeof node.value === "string";
}

/** Return whether a node is, alone or in a sum, an argument of a function that takes strings. */
function isAllowed(node) {
  const { parent } = node;
  if (parent.type === "BinaryExpression") return isAllowed(parent);
  if (!["CallExpression", "NewExpression"].includes(parent.type) || parent.callee === node)
    return false;
  const name = calleeName(parent) ?? "";
  return CODE_FUNCTIONS.test(name) || parent.arguments.indexOf(node) < (GETTEXT[name] ?? 0);
}

/** Return whether a node is assigned to a property, or passed to a function, that displays it. */
function isDisplayed(node) {
  const { parent } = node;
  if (parent.type === "AssignmentExpression")
    return parent.right === node && DISPLAYED.test(parent.left.property?.name);
  if (parent.type === "CallExpression") {
    const [first, second] = parent.arguments;
    return calleeName(parent) === "setAttribute"
      ? second === node && DISPLAYED_ATTRIBUTES.test(first.value)
      : first === node && DISPLAYED.test(calleeName(parent));
  }
  if (["ConditionalExpression", "LogicalExpression"].includes(parent.type))
    return parent.test !== node && isDisplayed(parent);
  return false;
}

export default {
  meta: {
    type: "problem",
    schema: [],
    messages: {
      untranslated: "Pass this text to gettext or ngettext: {{text}}",
      computed: "Pass string literals to {{name}}, so that they can be extracted.",
      nested: "Call {{name}} before the outer function, so that its text can be extracted.",
    },
  },
  create(context) {
    const report = (node, text) => {
      if (!isCode(node) && !isAllowed(node))
        context.report({ node, messageId: "untranslated", data: { text } });
    };
    return {
      CallExpression(node) {
        const name = calleeName(node);
        if (!Object.hasOwn(GETTEXT, name)) return;
        if (!node.arguments.slice(0, GETTEXT[name]).every(isLiteral))
          context.report({ node, messageId: "computed", data: { name } });
        const ancestors = context.sourceCode.getAncestors(node);
        if (
          ancestors.some(
            (call) => call.type === "CallExpression" && Object.hasOwn(GETTEXT, calleeName(call)),
          )
        )
          context.report({ node, messageId: "nested", data: { name } });
      },
      Literal(node) {
        const { value } = node;
        if (typeof value !== "string") return;
        if ((TEXT.test(value) && !HEADER.test(value)) || (LETTER.test(value) && isDisplayed(node)))
          report(node, value);
      },
      TemplateLiteral(node) {
        const text = node.quasis.map(({ value }) => value.cooked).join("\uFFFC");
        const parts = node.quasis.map(({ value }) => value.cooked);
        if (
          TEXT.test(text.replaceAll("\uFFFC", "x")) ||
          parts.some((part) => PART.test(part) || (LETTER.test(part) && isDisplayed(node)))
        )
          report(node, text);
      },
    };
  },
};
