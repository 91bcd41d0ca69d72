import { refresh, setUpSearch } from "./lib/live-results.js";
import { offerStoredUndo } from "./lib/undo.js";

setUpSearch(/** @type {HTMLFormElement|null} */ (document.getElementById("finder")));
// without a finder there was no deck: then the page itself looks different
offerStoredUndo(() => (document.getElementById("finder") ? refresh() : location.reload()));
