import { refresh, setUpSearch } from "./lib/live-results.js";
import { offerStoredUndo } from "./lib/undo.js";

setUpSearch(/** @type {HTMLFormElement|null} */ (document.getElementById("search-form")));
// without a finder there was no deck: then the page itself looks different
offerStoredUndo(() => (document.getElementById("search-form") ? refresh() : location.reload()));
