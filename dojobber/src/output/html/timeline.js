/* The timeline: who was tried when, and what waited for what. */

views.push((() => {
  const canvas = byId("timeline-canvas");
  const ctx = canvas.getContext("2d");
  const rowsBox = byId("rows");
  const { bars, waits, slots, retries, queues } = data.timeline;
  const AXIS = 24;
  const whole = Math.max(data.elapsed, 1e-6);
  const view = { from: 0, to: whole };
  let box = { width: 0, height: 0, ratio: 1 };
  /** Each with its top, its height, its label, and what stands in it, by time. */
  let rows = [];
  let isByJob = false;

  function arrange() {
    rows = [];
    if (isByJob) byJob();
    else bySlot();
    let top = AXIS;
    for (const row of rows) {
      top += row.gap ?? 0;
      row.top = top;
      top += row.high;
      row.items.sort((one, other) => one.from - other.from);
    }
    rows.bottom = top + 4;
  }

  function bySlot() {
    const group = (count, high, label) => {
      const start = rows.length;
      for (let row = 0; row < count; row += 1) rows.push({ high, label: label(row), items: [], gap: row ? 0 : 6 });
      return start;
    };
    group(slots, 24, (row) => `slot ${row + 1}`);
    const inRetries = group(retries, 12, (row) => (row ? "" : "waits"));
    const inQueues = group(queues, 8, (row) => (row ? "" : "no slot"));
    for (const bar of bars) rows[bar.row].items.push(bar);
    for (const wait of waits) rows[(wait.kind === "queue" ? inQueues : inRetries) + wait.row].items.push(wait);
  }

  function byJob() {
    const of = new Map();
    const put = (item) => {
      if (!of.has(item.job)) of.set(item.job, { high: 20, label: readable(jobs[item.job].name), job: item.job, items: [] });
      of.get(item.job).items.push(item);
    };
    waits.forEach(put);
    bars.forEach(put);
    const start = (row) => jobs[row.job].started ?? Infinity;
    rows = [...of.values()].sort((one, other) => start(one) - start(other) || one.job - other.job);
    if (state.hits !== null) rows = rows.filter((row) => isHit(row.job));
  }

  const gutter = (width) => (isByJob ? Math.min(220, Math.max(90, width * 0.28)) : 58);

  function measure() {
    box = sized(canvas);
    byId("rows-space").style.height = `${Math.max(0, rows.bottom - rowsBox.clientHeight)}px`;
  }

  const draw = inNextFrame(() => {
    measure();
    if (box.width) paintAll(box, rowsBox.scrollTop);
  });

  function paintAll({ width, height, ratio }, scrolled) {
    const left = gutter(width);
    const wide = Math.max(1, width - left - 8);
    const scale = wide / (view.to - view.from);
    const across = (time) => left + (time - view.from) * scale;
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.clearRect(0, 0, width, height);
    ctx.font = "11px system-ui, sans-serif";
    ctx.textBaseline = "middle";
    const inks = new Map();
    const ink = (name) => inks.get(name) ?? (inks.set(name, paint(name)), inks.get(name));
    const ticks = ticksBetween(view.from, view.to, wide / 90);
    ctx.fillStyle = ink("line");
    for (const { at } of ticks) ctx.fillRect(Math.round(across(at)), AXIS - 4, 1, height);
    const seen = rows.filter((row) => row.top + row.high > scrolled + AXIS - 20 && row.top < scrolled + height);
    for (const row of seen) {
      const top = row.top - scrolled;
      ctx.save();
      ctx.beginPath();
      ctx.rect(left, Math.max(AXIS, top - 2), width - left, row.high + 2);
      ctx.clip();
      // What is less than a pixel behind what was painted is not seen.
      let painted = -Infinity;
      for (let at = firstAfter(row.items, view.from); at < row.items.length; at += 1) {
        const item = row.items[at];
        if (item.from > view.to) break;
        const [start, end] = [across(item.from), Math.max(across(item.to), across(item.from) + 1)];
        if (end < left || (end < painted + 0.7 && item.job !== state.job)) continue;
        painted = Math.max(painted, end);
        ctx.globalAlpha = isHit(item.job) ? 1 : 0.18;
        if (item.spans) paintBar(item, row, top, start, end, across, ink);
        else paintWait(item, row, top, start, end, ink);
      }
      ctx.restore();
      ctx.globalAlpha = 1;
    }
    ctx.fillStyle = ink("paper");
    ctx.fillRect(0, 0, left, height);
    ctx.fillRect(0, 0, width, AXIS - 4);
    ctx.textAlign = "left";
    for (const row of seen) {
      if (row.high < 10 && !row.label) continue;
      ctx.fillStyle = ink(row.job !== undefined && row.job === state.job ? "accent" : "soft");
      ctx.save();
      ctx.beginPath();
      ctx.rect(0, AXIS - 6, left - 6, height);
      ctx.clip();
      ctx.fillText(shortened(row.label, 60), 4, row.top - scrolled + row.high / 2);
      ctx.restore();
    }
    ctx.fillStyle = ink("paper");
    ctx.fillRect(0, 0, width, AXIS - 4);
    ctx.fillStyle = ink("soft");
    ctx.textAlign = "center";
    for (const { at, label } of ticks) ctx.fillText(label, Math.min(across(at), width - 24), 10);
  }

  function paintBar(bar, row, top, start, end, across, ink) {
    const [y, high] = [top + 2, row.high - 4];
    ctx.fillStyle = ink("start");
    ctx.fillRect(start, y, end - start, high);
    for (const [what, from, to] of bar.spans) {
      const x = across(from);
      ctx.fillStyle = ink(what);
      ctx.fillRect(x, y, Math.max(across(to) - x, 0), high);
    }
    if (bar.spans.length === 1 || end - start < 2) {
      ctx.fillStyle = ink(bar.spans[0]?.[0] ?? "start");
      ctx.fillRect(start, y, end - start, high);
    }
    if (bar.failed) {
      ctx.fillStyle = ink("failed");
      ctx.fillRect(start, y + high - 5, end - start, 5);
    }
    if (onPath.has(bar.job)) {
      ctx.fillStyle = ink("critical");
      ctx.fillRect(start, y - 1, end - start, 3);
    }
    if (bar.job === state.job) {
      ctx.strokeStyle = ink("accent");
      ctx.lineWidth = 2;
      ctx.strokeRect(start + 1, y + 1, Math.max(end - start - 2, 1), high - 2);
    }
    if (!isByJob) name(bar, Math.max(start, gutter(box.width)) + 5, end - 4, y + high / 2 + 1, ink);
  }

  /** As much of the name as there is room for, if that is worth reading. */
  function name(bar, from, to, middle, ink) {
    const room = to - from;
    if (room < 24) return;
    const whole = readable(jobs[bar.job].name) + (bar.number > 1 ? ` (try ${bar.number})` : "");
    const { width } = ctx.measureText(shortened(whole, 200));
    if (width > room && room < 60) return;
    ctx.fillStyle = ink("on-bar");
    ctx.textAlign = "left";
    ctx.fillText(width > room ? shortened(whole, Math.floor((Math.min(whole.length, 200) * room) / width)) : whole, from, middle, room);
  }

  function paintWait(wait, row, top, start, end, ink) {
    const middle = top + row.high / 2;
    ctx.strokeStyle = ink(wait.job === state.job ? "accent" : wait.kind);
    ctx.lineWidth = wait.kind === "queue" ? 1 : 3;
    ctx.setLineDash(wait.kind === "retry" ? [2, 3] : wait.kind === "settle" ? [6, 3] : []);
    ctx.beginPath();
    ctx.moveTo(start, middle);
    ctx.lineTo(end, middle);
    ctx.stroke();
    ctx.setLineDash([]);
  }

  /** The first of them that ends behind a time; they overlap little. */
  function firstAfter(items, time) {
    let [low, high] = [0, items.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (items[middle].to < time) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }

  function ticksBetween(from, to, most) {
    const steps = [1, 2, 5];
    const rough = (to - from) / Math.max(2, most);
    let step = 10 ** Math.floor(Math.log10(rough));
    step *= steps.find((factor) => factor * step >= rough) ?? 10;
    if (rough > 10) step = [15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 86400].find((nice) => nice >= rough) ?? step;
    const ticks = [];
    for (let count = Math.ceil(from / step); count * step <= to; count += 1) {
      const at = count * step;
      ticks.push({ at, label: at >= 60 ? duration(at) : inUnits(at, to) });
    }
    return ticks;
  }

  /** All in the unit that suits the last. */
  function inUnits(at, last) {
    const [unit, factor] = last < 0.001 ? ["µs", 1e6] : last < 1 ? ["ms", 1e3] : ["s", 1];
    return `${Number((at * factor).toPrecision(8))} ${unit}`;
  }

  function itemAt(x, y) {
    const down = y + rowsBox.scrollTop;
    const row = y < AXIS - 4 ? null : rows.find((row) => down >= row.top && down < row.top + row.high);
    if (!row) return null;
    const left = gutter(box.width);
    if (x < left) return row.job === undefined ? null : { job: row.job, number: 1, isLabel: true };
    const scale = (view.to - view.from) / Math.max(1, box.width - left - 8);
    const time = view.from + (x - left) * scale;
    const near = (item) => Math.max(item.from - time, time - item.to, 0);
    const nearest = row.items.reduce((best, item) => (best && near(best) < near(item) ? best : item), null);
    return nearest && near(nearest) <= 3 * scale ? nearest : null;
  }

  const WAITS = { retry: "waits for its next try", settle: "settles", queue: "waits for a slot or a limit" };
  function told(item) {
    const name = shortened(readable(jobs[item.job].name), 120);
    if (item.isLabel) return name;
    const span = `${duration(item.from)} to ${duration(item.to)}, ${duration(item.to - item.from)}`;
    if (item.kind) return `${name} ${WAITS[item.kind]}: ${span}`;
    const parts = item.spans.map(([what, from, to]) => `${what} ${duration(to - from)}`).join(", ");
    return `${name}, try ${item.number}${item.failed ? " (failed)" : ""}: ${span}${parts ? ` (${parts})` : ""}`;
  }

  function look(from, to) {
    const length = Math.min(whole, Math.max(to - from, whole * 1e-6));
    view.from = Math.max(0, Math.min(from, whole - length));
    view.to = view.from + length;
    draw();
  }

  pannable(canvas, byId("timeline"), {
    pan(x, y) {
      const by = (x * (view.to - view.from)) / Math.max(1, box.width - gutter(box.width) - 8);
      if (y) rowsBox.scrollTop -= y;
      look(view.from - by, view.to - by);
    },
    zoom(factor, x) {
      const left = gutter(box.width);
      const share = Math.max(0, Math.min(1, (x - left) / Math.max(1, box.width - left - 8)));
      const at = view.from + (view.to - view.from) * share;
      look(at - (at - view.from) / factor, at + (view.to - at) / factor);
    },
    fit: () => look(0, whole),
    click(x, y) {
      const item = itemAt(x, y);
      if (item) select(item.job, false);
    },
    hover(x, y) {
      const item = x === undefined ? null : itemAt(x, y);
      canvas.classList.toggle("points", Boolean(item));
      byId("timeline-told").textContent = item ? told(item) : "";
    },
    wheels: (event) => event.ctrlKey || event.shiftKey || rows.bottom <= rowsBox.clientHeight + 1,
  });
  rowsBox.addEventListener("scroll", draw);
  new ResizeObserver(draw).observe(canvas);
  byId("rows-by").addEventListener("change", (event) => {
    isByJob = event.target.value === "job";
    arrange();
    rowsBox.scrollTop = 0;
    draw();
  });
  arrange();

  return {
    selected(reveal) {
      measure();
      const items = state.job === null ? [] : bars.filter((bar) => bar.job === state.job);
      if (reveal && items.length) {
        const row = rows.find((row) => row.items.includes(items[0]));
        const isSeen = row && row.top > rowsBox.scrollTop + AXIS && row.top + row.high < rowsBox.scrollTop + rowsBox.clientHeight;
        if (row && !isSeen) rowsBox.scrollTop = row.top - rowsBox.clientHeight / 2;
        if (items[0].from < view.from || items[0].to > view.to) {
          const half = (view.to - view.from) / 2;
          look(items[0].from - half, items[0].from + half);
        }
      }
      draw();
    },
    filtered() {
      if (isByJob) arrange();
      draw();
    },
    repainted: draw,
    printed() {
      const [width, height] = [1000, Math.min(1100, rows.bottom)];
      const before = { ...view };
      Object.assign(view, { from: 0, to: whole });
      canvas.width = width * 2;
      canvas.height = height * 2;
      paintAll({ width, height, ratio: 2 }, 0);
      Object.assign(view, before);
    },
  };
})());
