import { refresh, setUpFinder } from "./lib/live-results.js";
import { offerKeptUndo } from "./lib/undo.js";

setUpFinder(/** @type {HTMLFormElement|null} */ (document.getElementById("finder")));
// without a finder there was no deck: then the page itself looks different
offerKeptUndo(() => (document.getElementById("finder") ? refresh() : location.reload()));
