/* Text, and elements that hold it. Whatever jobs said gets into the page here, and only as text. */

/** Characters that have no shape but change how their neighbours are shown. */
const STEERS = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\u{e0000}-\u{e007f}]/gu;
const SPELT = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\u001b": "\\e" };

const byId = (id) => document.getElementById(id);

/** An element of this class, with these inside: elements, or text that is no job's. */
function make(tag, name, ...inside) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  element.append(...inside);
  return element;
}

/**
 * Text of a job's, to the letter, in an element of its own. What steers stays in it, where it can be copied, but is boxed in
 * and spelt out; newlines break lines where that is wanted.
 */
function foreign(tag, name, text, lines = false) {
  const element = make(tag, name ? `${name} foreign` : "foreign");
  let at = 0;
  for (const found of text.matchAll(STEERS)) {
    const character = found[0];
    if (lines && (character === "\n" || character === "\t")) continue;
    element.append(text.slice(at, found.index));
    const boxed = make("span", "steers", character);
    boxed.dataset.spelt = SPELT[character] ?? `\\u{${character.codePointAt(0).toString(16)}}`;
    element.append(boxed);
    at = found.index + character.length;
  }
  element.append(text.slice(at));
  return element;
}

/** The same where there are no elements. */
const readable = (text) => text.replace(STEERS, (found) => SPELT[found] ?? `\\u{${found.codePointAt(0).toString(16)}}`);

const shortened = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

const plural = (count, word) => `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;

/** Three digits, or fewer where the last ones are zero. */
const three = (number) => Number(number.toPrecision(3)).toString();

/** How long something took. */
function duration(seconds) {
  if (seconds === 0) return "0 s";
  if (seconds < 0.001) return `${three(seconds * 1e6)} µs`;
  if (seconds < 1) return `${three(seconds * 1e3)} ms`;
  if (seconds < 60) return `${three(seconds)} s`;
  const whole = Math.round(seconds);
  const two = (number) => String(number).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)}:${two(whole % 60)} min`;
  return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)} h`;
}
