"use strict";
{
  const FIRST = 100;
  const MORE = 500;
  const data = JSON.parse(document.getElementById("data").textContent);
  const columns = Object.fromEntries(data.columns.map((column) => [column.name, column]));
  const notFailing = new Set(data.not_failing);
  const wholeRun = new Set(data.whole_run);
  const state = { found: [], shown: 0 };

  const byId = (id) => document.getElementById(id);

  function value(name, row) {
    const column = columns[name];
    return column.codes ? column.values[column.codes[row]] : column.values[row];
  }

  function failed(row) {
    return !notFailing.has(value("verdict", row));
  }

  // Text reaches the page here and nowhere else.
  function element(tag, text, name) {
    const made = document.createElement(tag);
    if (text !== undefined && text !== null) made.textContent = String(text);
    if (name) made.className = name;
    return made;
  }

  function append(parent, ...children) {
    children.forEach((child) => parent.appendChild(child));
    return parent;
  }

  function heading(text) {
    const cell = element("th", text);
    cell.scope = "col";
    return cell;
  }

  function rowHeading(text) {
    const cell = element("th", text);
    cell.scope = "row";
    return cell;
  }

  function head(table, names) {
    append(table, append(element("thead"), append(element("tr"), ...names.map(heading))));
    return table.appendChild(element("tbody"));
  }

  function number(figure) {
    if (typeof figure !== "number") return figure === null ? "" : String(figure);
    return Number.isInteger(figure) ? String(figure) : String(Number(figure.toPrecision(9)));
  }

  // Both numbers in as few digits as tell them apart.
  function pair(expected, got) {
    if (typeof expected !== "number" || typeof got !== "number") return [number(expected), number(got)];
    for (const digits of [7, 9, 12, 17]) {
      const texts = [expected, got].map((figure) => String(Number(figure.toPrecision(digits))));
      if (texts[0] !== texts[1] || expected === got) return texts;
    }
    return [String(expected), String(got)];
  }

  function times(figure) {
    if (figure === null) return "";
    if (typeof figure !== "number") return figure === "inf" ? "∞" : figure;
    if (figure === 0) return "0";
    if (figure >= 1e6 || figure < 1e-3) return figure.toExponential(1);
    return figure.toLocaleString("en", { maximumSignificantDigits: 2 });
  }

  function drawHeadline() {
    const section = byId("headline");
    section.className = data.passed ? "good" : "bad";
    append(section, element("strong", data.passed ? "✓ Good" : "✗ Not good"));
    if (data.passed) append(section, element("p", data.headline.replace(/^GOOD: /, "")));
    else append(section, append(element("ul"), ...data.faults.map((fault) => element("li", fault))));
    document.title = `${data.passed ? "✓ good" : "✗ not good"} · harness report`;
  }

  function drawList(id, texts) {
    byId(id).hidden = texts.length === 0;
    append(byId(id).querySelector("ul"), ...texts.map((text) => element("li", text)));
  }

  function drawImplementations() {
    const body = head(byId("implementations"), ["implementation", "verdicts", "judged"]);
    for (const [name, verdicts, judged] of data.implementations) {
      append(body, append(element("tr"), rowHeading(name), element("td", verdicts), element("td", judged)));
    }
  }

  function drawMatrix() {
    const names = data.implementations.map((implementation) => implementation[0]);
    const body = head(byId("matrix"), ["layer kind", ...names]);
    data.layer_kinds.forEach((kind, i) => {
      const cells = data.matrix[i].map((counts, j) => matrixCell(kind, names[j], counts));
      append(body, append(element("tr"), rowHeading(kind), ...cells));
    });
  }

  function matrixCell(kind, implementation, [passed, failures, notJudged]) {
    const all = passed + failures;
    const cell = element("td", null, failures ? "fail" : passed ? "pass" : "quiet");
    const texts = [];
    if (failures) texts.push(`✗ ${failures} of ${all} fail`);
    else if (passed) texts.push(`✓ ${passed} pass`);
    if (notJudged) texts.push(`${notJudged} not judged`);
    if (!texts.length) return append(cell, element("span", "–"));
    const button = element("button", texts.join(", "));
    button.type = "button";
    button.addEventListener("click", () => {
      byId("search").value = "";
      byId("implementation").value = implementation;
      byId("layer_kind").value = kind;
      byId("verdict").value = failures ? "failing" : "";
      search();
      byId("observables").scrollIntoView();
    });
    return append(cell, button);
  }

  function options(id, pairs) {
    for (const [code, text] of pairs) {
      const option = element("option", text);
      option.value = code;
      append(byId(id), option);
    }
  }

  function drawControls() {
    const plain = (texts) => texts.map((text) => [text, text]);
    options("verdict", [["", "all"], ["failing", "all that fail"], ...plain(data.verdicts)]);
    options("implementation", [["", "all"], ...plain(data.implementations.map((each) => each[0]))]);
    options("layer_kind", [["", "all"], ...plain(data.layer_kinds)]);
    options("order", [
      ["worst", "failing and worst first"],
      ["largest", `${data.figure}, largest first`],
      ["smallest", `${data.figure}, smallest first`],
      ["case", "case, as computed"],
    ]);
    byId("controls").addEventListener("submit", (event) => event.preventDefault());
    byId("controls").addEventListener("reset", () => setTimeout(search));
    byId("controls").addEventListener("input", search);
    byId("more").addEventListener("click", () => show(MORE));
  }

  const texts = Array.from({ length: data.rows }, (_, row) =>
    ["case", "observable", "stage", "reason", "causes", "layer_kind"].map((name) => value(name, row)).join(" ").toLowerCase(),
  );
  const figures = Array.from({ length: data.rows }, (_, row) => {
    const figure = value(data.figure, row);
    if (figure === "inf") return Infinity;
    return typeof figure === "number" ? figure : NaN;
  });

  // What ended a whole run stands once at the top, and not once for each of its rows.
  function repeated(row) {
    if (!row || !wholeRun.has(value("verdict", row))) return false;
    return ["case", "implementation"].every((name) => value(name, row) === value(name, row - 1));
  }

  // A failure without a figure, such as a missing tensor, is worse than any figure.
  function rank(row) {
    if (repeated(row)) return [1.5, 0];
    if (failed(row)) return Number.isNaN(figures[row]) ? [2, Infinity] : [2, figures[row]];
    return Number.isNaN(figures[row]) ? [0, 0] : [1, figures[row]];
  }

  function inOrder(rows) {
    const order = byId("order").value;
    if (order === "case") return rows;
    if (order === "worst") {
      const ranks = new Map(rows.map((row) => [row, rank(row)]));
      const difference = (a, b) => (a === b ? 0 : b - a);
      return rows.sort((a, b) => {
        const [one, two] = [ranks.get(a), ranks.get(b)];
        return difference(one[0], two[0]) || difference(one[1], two[1]) || a - b;
      });
    }
    const sign = order === "largest" ? -1 : 1;
    return rows
      .filter((row) => !Number.isNaN(figures[row]))
      .sort((a, b) => (figures[a] === figures[b] ? a - b : sign * (figures[a] - figures[b])));
  }

  function search() {
    const words = byId("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = ["verdict", "implementation", "layer_kind"].map((id) => byId(id).value);
    const found = [];
    for (let row = 0; row < data.rows; row += 1) {
      const [verdict, implementation, kind] = chosen;
      if (verdict === "failing" ? !failed(row) : verdict && value("verdict", row) !== verdict) continue;
      if (implementation && value("implementation", row) !== implementation) continue;
      if (kind && (value("layer_kind", row) || "no layer") !== kind) continue;
      if (words.every((word) => texts[row].includes(word))) found.push(row);
    }
    state.found = inOrder(found);
    state.shown = 0;
    byId("rows").tBodies[0].replaceChildren();
    show(FIRST);
  }

  function show(count) {
    const next = state.found.slice(state.shown, state.shown + count);
    append(byId("rows").tBodies[0], ...next.map(drawRow));
    state.shown += next.length;
    const left = state.found.length - state.shown;
    const of = state.found.length === data.rows ? "" : ` of ${data.rows.toLocaleString("en")}`;
    const first = left ? `; the first ${state.shown.toLocaleString("en")} are shown` : "";
    byId("count").textContent = `${state.found.length.toLocaleString("en")}${of} rows${first}`;
    byId("more").hidden = left === 0;
    byId("more").textContent = `Show ${Math.min(left, MORE).toLocaleString("en")} more`;
  }

  function drawRow(row) {
    const verdict = value("verdict", row);
    const doubt = value("untrusted", row) ? ", untrusted" : "";
    const tone = failed(row) ? "fail" : verdict === "pass" && !doubt ? "pass" : "quiet";
    const line = element("tr");
    const button = element("button", value("stage", row));
    button.type = "button";
    button.setAttribute("aria-expanded", "false");
    button.addEventListener("click", () => toggle(line, button, row));
    const mark = tone === "fail" ? "✗ " : verdict === "pass" ? "✓ " : "– ";
    const cells = [
      element("td", mark + verdict + doubt, `verdict ${tone}`),
      element("td", value("implementation", row), "implementation"),
      element("td", value("case", row)),
      append(element("td", null, "stage"), button),
      found(row),
      element("td", times(value(data.figure, row)), "number"),
    ];
    ["", "implementation", "case", "", "", data.figure].forEach((label, i) => {
      if (label) cells[i].dataset.label = label;
    });
    return append(line, ...cells);
  }

  function found(row) {
    const cell = element("td", null, "found");
    const [expected, got] = pair(value("expected", row), value("got", row));
    if (expected !== "") {
      const place = value("index", row);
      append(cell, element("div", `${place}${place ? " " : ""}expected ${expected}, got ${got}`));
      const keras = value("keras", row);
      const tolerance = value("tolerance", row);
      const further = [];
      if (keras !== null) further.push(`Keras ${number(keras)}`);
      if (typeof tolerance === "number") further.push(`may differ by ${number(Number(tolerance.toPrecision(2)))}`);
      if (further.length) append(cell, element("div", further.join(", ")));
    }
    const cause = value("causes", row).split("\n")[0];
    const reason = value("reason", row);
    if (cause) append(cell, element("div", `likely: ${cause}`));
    else if (reason) append(cell, element("div", reason.trim().split("\n").pop()));
    return cell;
  }

  function toggle(line, button, row) {
    const open = button.getAttribute("aria-expanded") === "true";
    button.setAttribute("aria-expanded", String(!open));
    if (open) {
      line.nextSibling.remove();
      return;
    }
    const list = element("dl");
    for (const column of data.columns) {
      const content = value(column.name, row);
      if (content === null || content === "" || column.name === "stage") continue;
      const text = column.name === "repeat" ? "repeat with" : column.name.replaceAll("_", " ");
      append(list, element("dt", text), element("dd", content, column.name));
    }
    const cell = append(element("td"), list);
    cell.colSpan = 6;
    line.after(append(element("tr", null, "details"), cell));
  }

  function drawEnvironment() {
    const body = byId("environment").appendChild(element("tbody"));
    for (const [name, text] of data.environment) {
      append(body, append(element("tr"), rowHeading(name), element("td", text)));
    }
  }

  drawHeadline();
  drawList("findings", data.findings);
  drawList("not_run", data.not_run);
  drawImplementations();
  drawMatrix();
  drawControls();
  head(byId("rows"), ["verdict", "implementation", "case", "observable", "what was found", data.figure]);
  drawEnvironment();
  search();
}
