import { api } from "../lib/api.js";
import { part, slot } from "../lib/dom.js";
import { advice } from "../lib/error-messages.js";
import { counted, integer } from "../lib/format.js";
import { Chart } from "../progress/chart.js";
import { failuresChart, firstCardChart, hitsChart, outcomesChart, speedsChart } from "./plots.js";

const EVERY_MS = 5_000;
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
  const standing = await api.get(page.dataset.now);
  const { openSessions, engines, enginesAtWork, queued, leased, oldestSeconds } = standing;
  const words = {
    sessions: integer(openSessions),
    engines: integer(engines),
    "engines-hint": `${integer(enginesAtWork)} at work`,
    queued: integer(queued),
    "queued-hint":
      oldestSeconds === null
        ? "nothing waits"
        : `the oldest for ${counted(oldestSeconds, "second")}`,
    leased: integer(leased),
  };
  for (const [name, text] of Object.entries(words)) slot(page, name).textContent = text;
}

async function showFigures() {
  const span = page.querySelector("[name=span]:checked").value;
  const [{ default: uPlot }, { points }] = await Promise.all([
    import(page.dataset.uplot),
    api.get(`${page.dataset.figures}?span=${span}`),
  ]);
  for (const [name, plot] of Object.entries(plots)) charts[name].draw(uPlot, plot(points, span));
}

/** Run it, and say when it failed; what was shown before stays. */
async function tried(step) {
  try {
    await step();
    part(page, "failure").hidden = true;
  } catch (error) {
    part(page, "failure").hidden = false;
    slot(page, "failure").textContent = advice(error).text;
  }
}

part(page, "span").addEventListener("change", () => tried(showFigures));
document.addEventListener("visibilitychange", () => tried(showNow));
setInterval(() => tried(showNow), EVERY_MS);
tried(showNow);
tried(showFigures);
