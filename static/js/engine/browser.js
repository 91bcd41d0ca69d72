// Detection of the browser and system from what the browser reports. Pure.

/**
 * @typedef {"Chrome"|"Edge"|"Opera"|"Samsung Internet"|"Firefox"|"Safari"|"this browser"}
 *   BrowserName
 * @typedef {"Windows"|"macOS"|"Linux"|"ChromeOS"|"Android"|"iOS"|""} SystemName
 * @typedef {{name: BrowserName, version: number, system: SystemName}} BrowserFacts  `version` is
 *   0 if it is unknown
 */

/**
 * Patterns in the user agent string. The first match wins, because the user agents of browsers at
 * the start of the list also contain the names of later ones.
 */
const BROWSERS = Object.entries({
  Edge: /\bEdg(?:A|iOS)?\/(\d+)/,
  Opera: /\bOPR\/(\d+)/,
  "Samsung Internet": /\bSamsungBrowser\/(\d+)/,
  Firefox: /\b(?:Firefox|FxiOS)\/(\d+)/,
  Chrome: /\b(?:HeadlessChrome|Chrome|CriOS)\/(\d+)/,
  Safari: /\bVersion\/(\d+)[\d.]* .*\bSafari\//,
  "this browser": /(?:)/, // any other one
});

const SYSTEMS = Object.entries({
  iOS: /\b(?:iPhone|iPad|iPod)\b/,
  Android: /\bAndroid\b/,
  ChromeOS: /\bCrOS\b/,
  Windows: /\bWindows\b/,
  macOS: /\bMacintosh\b/,
  Linux: /\bLinux\b/,
});

/**
 * @param {{userAgent?: string, maxTouchPoints?: number}} navigatorLike
 * @returns {BrowserFacts}
 */
export function readBrowser({ userAgent = "", maxTouchPoints = 0 }) {
  const [name, versionPattern] = BROWSERS.find(([, pattern]) => pattern.test(userAgent));
  const [system] = SYSTEMS.find(([, pattern]) => pattern.test(userAgent)) ?? [""];
  return {
    name,
    version: Number(versionPattern.exec(userAgent)[1] ?? 0),
    // An iPad identifies itself as a Macintosh.
    system: system === "macOS" && maxTouchPoints > 1 ? "iOS" : system,
  };
}
