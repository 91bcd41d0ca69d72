import { gettext, ngettext } from "../client/i18n.js";
import { api } from "./lib/api.js";
import { action, part, slot } from "./lib/dom.js";
import { describeError } from "./lib/error-messages.js";
import { integer, percent } from "./lib/format.js";
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
    "new-left": ngettext("and %(count)s new card", "and %(count)s new cards", newLeft),
    learned: integer(learnedToday),
    reviewed: ngettext("in %(count)s review", "in %(count)s reviews", reviewedToday),
    streak: ngettext("%(count)s day", "%(count)s days", streakDays),
    "streak-hint":
      reviewedToday || !streakDays
        ? // Translators: below a number of days, such as “3 days”.
          gettext("in a row")
        : gettext("study today to keep it"),
    retention: retention === null ? "–" : percent(retention),
    "retention-hint":
      retention === null
        ? gettext("once learned cards come again")
        : gettext("you aim at %(percent)s", { percent: percent(desiredRetention) }),
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
