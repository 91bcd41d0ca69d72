// Which browser this is, from what it says of itself. Pure.

/**
 * @typedef {"Chrome"|"Edge"|"Opera"|"Samsung Internet"|"Firefox"|"Safari"|"this browser"}
 *   BrowserName
 * @typedef {"Windows"|"macOS"|"Linux"|"ChromeOS"|"Android"|"iOS"|""} SystemName
 * @typedef {{name: BrowserName, version: number, system: SystemName}} BrowserFacts  version 0:
 *   unknown
 */

/**
 * By their marks in the user agent string; the first that fits counts, for the later ones name
 * themselves in those before, too.
 */
const BROWSERS = [
  ["Edge", /\bEdg(?:A|iOS)?\/(\d+)/],
  ["Opera", /\bOPR\/(\d+)/],
  ["Samsung Internet", /\bSamsungBrowser\/(\d+)/],
  ["Firefox", /\b(?:Firefox|FxiOS)\/(\d+)/],
  ["Chrome", /\b(?:HeadlessChrome|Chrome|CriOS)\/(\d+)/],
  ["Safari", /\bVersion\/(\d+)[\d.]* .*\bSafari\//],
];

const SYSTEMS = [
  ["iOS", /\b(?:iPhone|iPad|iPod)\b/],
  ["Android", /\bAndroid\b/],
  ["ChromeOS", /\bCrOS\b/],
  ["Windows", /\bWindows\b/],
  ["macOS", /\bMacintosh\b/],
  ["Linux", /\bLinux\b/],
];

/**
 * @param {{userAgent?: string, maxTouchPoints?: number}} navigatorLike
 * @returns {BrowserFacts}
 */
export function readBrowser({ userAgent = "", maxTouchPoints = 0 }) {
  const [name, versionPattern] = BROWSERS.find(([, pattern]) => pattern.test(userAgent)) ?? [
    "this browser",
    null,
  ];
  const [system] = SYSTEMS.find(([, pattern]) => pattern.test(userAgent)) ?? [""];
  return {
    name,
    version: versionPattern ? Number(versionPattern.exec(userAgent)[1]) : 0,
    // an iPad calls itself a Macintosh
    system: system === "macOS" && maxTouchPoints > 1 ? "iOS" : system,
  };
}
