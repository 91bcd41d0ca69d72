import { refresh, setUpSearch } from "./lib/live-results.js";
import { offerStoredUndo } from "./lib/undo.js";

setUpSearch(/** @type {HTMLFormElement|null} */ (document.getElementById("search-form")));
// Without decks, the page has no search form and a different layout, so it must be reloaded.
offerStoredUndo(() => (document.getElementById("search-form") ? refresh() : location.reload()));
