import { setUpTheme } from "../lib/theme.js";

const button = document.querySelector('[data-action="theme"]');
if (button) setUpTheme(button);
