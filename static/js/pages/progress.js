import { api } from "./lib/api.js";
import { action, part, slot } from "./lib/dom.js";
import { describeError } from "./lib/error-messages.js";
import { integer, percent, pluralize } from "./lib/format.js";
import { Chart } from "./progress/chart.js";
import { forecastChart, retentionChart, reviewsChart } from "./progress/plots.js";
import { setUpSettings } from "./progress/settings-form.js";
import { sendTimeZone } from "./study/time-zone.js";

const page = document.getElementById("progress");
const charts = Object.fromEntries(
  [...page.querySelectorAll("[data-chart]")].map((figure) => [
    figure.dataset.chart,
    new Chart(figure),
  ]),
);
let days = 30;

async function show() {
  part(page, "failure").hidden = true;
  try {
    const [{ default: uPlot }, progress, settings] = await Promise.all([
      import(page.dataset.uplot),
      api.get(`/api/flashcards/study/progress?days=${days}`),
      api.get("/api/flashcards/study/settings"),
    ]);
    showNumbers(progress, settings);
    charts.forecast.draw(uPlot, forecastChart(progress.forecast));
    charts.reviews.draw(uPlot, reviewsChart(progress.days));
    charts["retention-chart"].draw(uPlot, retentionChart(progress.days, settings.desiredRetention));
  } catch (error) {
    part(page, "failure").hidden = false;
    slot(page, "failure").textContent = describeError(error).text;
  }
}

function showNumbers(progress, { desiredRetention }) {
  const { dueNow, newLeft, learnedToday, reviewedToday, streakDays, retention } = progress;
  const texts = {
    "due-now": integer(dueNow),
    "new-left": `and ${pluralize(newLeft, "new card")}`,
    learned: integer(learnedToday),
    reviewed: `in ${pluralize(reviewedToday, "review")}`,
    streak: pluralize(streakDays, "day"),
    "streak-hint": reviewedToday || !streakDays ? "in a row" : "study today to keep it",
    retention: retention === null ? "–" : percent(retention),
    "retention-hint":
      retention === null
        ? "once learned cards come again"
        : `you aim at ${percent(desiredRetention)}`,
  };
  for (const [name, text] of Object.entries(texts)) slot(page, name).textContent = text;
}

part(page, "span").addEventListener("change", (event) => {
  days = Number(event.target.value);
  show();
});
action(page, "retry").addEventListener("click", show);
await sendTimeZone(api).catch(() => {}); // show() reports errors
setUpSettings(page, api, show);
show();
