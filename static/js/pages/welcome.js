import { setUpFlipping } from "./lib/cards.js";

setUpFlipping(document.querySelector(".welcome-cards"));
