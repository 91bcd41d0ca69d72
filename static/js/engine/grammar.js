// A JSON schema as a grammar, in what XGrammar's EBNF (WebLLM) and llama.cpp's GBNF (wllama) have in common.
//
// Why not leave the schema to the engines: both then allow white space anywhere, and a small model may write nothing else.
// Strings are bounded, because a small model may not find the end of one: by words and their letters, for that is what
// XGrammar is quick at. Measured with 49,152 tokens on software WebGPU, for strings of 160 and 320 characters: no bound 0.05 s
// a token; {1,320} characters 1–2 s a token (a repetition above 128 leaves its fast path); the same in pieces of 120 16 s of
// set-up, then 0.1 s; words 5 s of set-up, then 0.05 s.

const CHARACTERS_A_WORD = 6; // with the space after it
const MOST_WORDS = 120;
const LETTERS = "letter{1,40}";
const LETTER = String.raw`[^ "\\\x00-\x1f\x7f] | "\\" ["\\/n]`;

/** A schema with members that have no grammar here. */
class Unsupported extends Error {}

/**
 * The grammar of answers without white space between the tokens that fit `schema`; null when the schema uses more than
 * objects with all their properties required, arrays, strings, enums, integers and booleans. `maxLength` is kept roughly:
 * as a number of words.
 * @param {object} schema
 * @returns {string|null}
 */
export function grammarOf(schema) {
  const rules = new Map([["root", ""]]);
  try {
    rules.set("root", expression(schema, rules));
  } catch (error) {
    if (error instanceof Unsupported) return null;
    throw error;
  }
  return [...rules].map(([name, body]) => `${name} ::= ${body}`).join("\n");
}

/**
 * What constrains an answer: the schema's grammar, else the one that came along, else nothing (the engine has the schema).
 * @param {object} [schema]
 * @param {string} [grammar]
 * @returns {string|null}
 */
export function constraint(schema, grammar) {
  return (schema && grammarOf(schema)) ?? grammar ?? null;
}

function expression(schema, rules) {
  if (schema.enum) return `(${schema.enum.map((value) => literal(JSON.stringify(value))).join(" | ")})`;
  const write = WRITERS[schema.type];
  if (!write) throw new Unsupported(`no grammar for ${JSON.stringify(schema)}`);
  return write(schema, rules);
}

const WRITERS = {
  object: objectOf,
  array: arrayOf,
  string: textOf,
  integer: () => `"-"? ("0" | [1-9] [0-9]{0,15})`,
  boolean: () => `("true" | "false")`,
};

function objectOf({ properties = {}, required = [] }, rules) {
  const names = Object.keys(properties);
  if (names.length === 0 || names.some((name) => !required.includes(name))) throw new Unsupported("optional properties");
  const members = names.map((name) => `${literal(`${JSON.stringify(name)}:`)} ${expression(properties[name], rules)}`);
  return named("object", `"{" ${members.join(' "," ')} "}"`, rules);
}

function arrayOf({ items, minItems = 0, maxItems }, rules) {
  if (!items || maxItems === 0) throw new Unsupported("arrays of anything, or of nothing");
  const item = expression(items, rules);
  const more = `("," ${item})${times(Math.max(0, minItems - 1), maxItems && maxItems - 1)}`;
  const filled = maxItems === 1 ? item : `${item} ${more}`;
  return minItems > 0 ? `"[" ${filled} "]"` : `"[" (${filled})? "]"`;
}

function textOf({ minLength = 0, maxLength }, rules) {
  named("letter", LETTER, rules, "letter");
  named("word", LETTERS, rules, "word");
  const words = maxLength && Math.min(MOST_WORDS, Math.max(1, Math.round(maxLength / CHARACTERS_A_WORD)));
  const text = `word (" " word)${times(0, words && words - 1)}`;
  const rule = named("text", minLength > 0 ? text : `(${text})?`, rules);
  return String.raw`"\"" ${rule} "\""`;
}

function times(least, most) {
  if (most === undefined) return least === 0 ? "*" : `{${least},}`;
  return `{${least},${most}}`;
}

/** The name of the rule with that body; what occurs twice is one rule. */
function named(kind, body, rules, name = `${kind}${rules.size}`) {
  for (const [known, knownBody] of rules) if (knownBody === body) return known;
  rules.set(name, body);
  return name;
}

function literal(text) {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
