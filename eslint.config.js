import js from "@eslint/js";
import globals from "globals";
import noUntranslatedText from "./tests/translations/no-untranslated-text.js";

const strictness = {
  eqeqeq: ["error", "always", { null: "ignore" }],
  "no-var": "error",
  "prefer-const": "error",
  "no-implied-eval": "error",
  "no-shadow": "error",
  "object-shorthand": "error",
  "max-len": [
    "error",
    {
      code: 100,
      ignoreStrings: true,
      ignoreTemplateLiterals: true,
      ignoreRegExpLiterals: true,
      ignoreUrls: true,
    },
  ],
  complexity: ["error", 15],
  "max-lines": ["error", { max: 400, skipBlankLines: true, skipComments: true }],
};

export default [
  { ignores: ["node_modules/", "var/", ".venv/"] },
  js.configs.recommended,
  {
    files: ["static/js/**/*.js"],
    languageOptions: { globals: { ...globals.browser, ...globals.worker } },
    plugins: { mindflip: { rules: { "no-untranslated-text": noUntranslatedText } } },
    rules: { ...strictness, "mindflip/no-untranslated-text": "error" },
  },
  { files: ["tests/js/**/*.js"], languageOptions: { globals: globals.node }, rules: strictness },
];
