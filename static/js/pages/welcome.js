import { setUpFlipping } from "./cards.js";

setUpFlipping(document.querySelector(".welcome-cards"));
