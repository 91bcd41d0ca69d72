import { gettext, ngettext } from "../../client/i18n.js";
import { api } from "../lib/api.js";
import { part, slot } from "../lib/dom.js";
import { describeError } from "../lib/error-messages.js";
import { integer } from "../lib/format.js";
import { Chart } from "../progress/chart.js";
import { failuresChart, firstCardChart, hitsChart, outcomesChart, speedsChart } from "./plots.js";

const REFRESH_MS = 5_000;
const page = document.getElementById("overview");
const charts = Object.fromEntries(
  [...page.querySelectorAll("[data-chart]")].map((figure) => [
    figure.dataset.chart,
    new Chart(figure),
  ]),
);
const plots = {
  outcomes: outcomesChart,
  failures: failuresChart,
  "first-card": firstCardChart,
  speeds: speedsChart,
  hits: hitsChart,
};

async function showNow() {
  if (document.hidden) return;
  const stats = await api.get(page.dataset.now);
  const { openSessions, engines, enginesAtWork, queued, leased, oldestSeconds } = stats;
  const texts = {
    sessions: integer(openSessions),
    engines: integer(engines),
    "engines-hint": gettext("%(number)s at work", { number: integer(enginesAtWork) }),
    queued: integer(queued),
    "queued-hint":
      oldestSeconds === null
        ? gettext("nothing waits")
        : ngettext(
            "the oldest for %(count)s second",
            "the oldest for %(count)s seconds",
            oldestSeconds,
          ),
    leased: integer(leased),
  };
  for (const [name, text] of Object.entries(texts)) slot(page, name).textContent = text;
}

async function showStats() {
  const span = page.querySelector("[name=span]:checked").value;
  const [{ default: uPlot }, { points }] = await Promise.all([
    import(page.dataset.uplot),
    api.get(`${page.dataset.statistics}?span=${span}`),
  ]);
  for (const [name, plot] of Object.entries(plots)) charts[name].draw(uPlot, plot(points, span));
}

/** Run a step and show its error, if any. The values already on the page are kept. */
async function runShowingErrors(step) {
  try {
    await step();
    part(page, "failure").hidden = true;
  } catch (error) {
    part(page, "failure").hidden = false;
    slot(page, "failure").textContent = describeError(error).text;
  }
}

part(page, "span").addEventListener("change", () => runShowingErrors(showStats));
document.addEventListener("visibilitychange", () => runShowingErrors(showNow));
setInterval(() => runShowingErrors(showNow), REFRESH_MS);
runShowingErrors(showNow);
runShowingErrors(showStats);
