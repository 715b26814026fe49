/* The graph. Where everything stands was computed when the page was written. */

views.push((() => {
  const canvas = byId("graph-canvas");
  const ctx = canvas.getContext("2d");
  const { nodes, frames, bundles, size } = data.graph;
  const view = { x: 0, y: 0, scale: 1, isFitted: true };
  /** From here on out, nodes have no names, and arrows no heads. */
  const FAR = 0.3;
  let afar = null;
  let box = { width: 0, height: 0, ratio: 1 };

  const nodeOf = new Int32Array(jobs.length);
  nodes.forEach((node, index) => {
    for (const job of node.jobs) nodeOf[job] = index;
    node.onPath = node.jobs.some((job) => onPath.has(job));
  });
  // How far the arrows to each place reach.
  for (const bundle of bundles) {
    const [across, down] = [0, 1].map((axis) => bundle.strokes.flatMap((stroke) => [stroke[axis], stroke[axis + 6]]));
    const ends = (numbers) => numbers.reduce(([least, most], number) => [Math.min(least, number), Math.max(most, number)], [Infinity, -Infinity]);
    bundle.reach = [ends(across), ends(down)];
  }

  function trace(path, [x, y, bendX, bendY, unbendX, unbendY, toX, toY], right) {
    path.moveTo(x, y);
    if (right && Math.abs(y - toY) > 0.05) {
      const middle = (bendX + unbendX) / 2;
      path.lineTo(bendX, y);
      path.bezierCurveTo(middle, y, middle, toY, unbendX, toY);
    } else if (!right && Math.abs(x - toX) > 0.05) {
      const middle = (bendY + unbendY) / 2;
      path.lineTo(x, bendY);
      path.bezierCurveTo(x, middle, toX, middle, toX, unbendY);
    }
    path.lineTo(toX, toY);
  }

  function drawNow() {
    measure();
    if (!box.width) return;
    if (view.isFitted) fitInto(box.width, box.height);
    paintAll(box);
  }
  const draw = inNextFrame(drawNow);

  /** What stands in the middle stays there, whatever else takes room. */
  function measure() {
    const before = box;
    box = sized(canvas);
    if (!before.width || !box.width) return;
    view.x += (box.width - before.width) / 2;
    view.y += (box.height - before.height) / 2;
  }

  /** Arrows from afar are painted once, and moved about as a picture. */
  function arrowsFromAfar() {
    if (!afar) {
      const scale = Math.min(FAR, 4000 / size[0], 4000 / size[1]);
      afar = { canvas: make("canvas"), scale };
      [afar.canvas.width, afar.canvas.height] = [Math.ceil(size[0] * scale), Math.ceil(size[1] * scale)];
      const picture = afar.canvas.getContext("2d");
      picture.scale(scale, scale);
      paintArrows(picture, scale, () => true);
    }
    return afar;
  }

  function paintArrows(ctx, scale, sees) {
    ctx.lineWidth = Math.max(1.2, 0.4 / scale);
    ctx.strokeStyle = paint("arrow");
    ctx.fillStyle = paint("head");
    const touches = (x, toX, y, toY) => sees(Math.min(x, toX) - 5, Math.min(y, toY) - 5, Math.max(x, toX) + 5, Math.max(y, toY) + 5);
    for (const { strokes, reach: [across, down], head: [x, y], right } of bundles) {
      if (!touches(...across, ...down)) continue;
      ctx.beginPath();
      for (const stroke of strokes) if (touches(stroke[0], stroke[6], stroke[1], stroke[7])) trace(ctx, stroke, right);
      ctx.stroke();
      if (scale <= FAR) continue;
      ctx.beginPath();
      ctx.moveTo(x, y);
      ctx.lineTo(right ? x - 9 : x - 4.5, right ? y - 4.5 : y - 9);
      ctx.lineTo(right ? x - 9 : x + 4.5, right ? y + 4.5 : y - 9);
      ctx.fill();
    }
  }

  function paintAll({ width, height, ratio }) {
    const { scale } = view;
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.clearRect(0, 0, canvas.width, canvas.height);
    ctx.setTransform(ratio * scale, 0, 0, ratio * scale, ratio * view.x, ratio * view.y);
    // What the reader sees of the drawing.
    const [left, top] = [-view.x / scale, -view.y / scale];
    const [right, bottom] = [left + width / scale, top + height / scale];
    const sees = (x, y, toX, toY) => x < right && toX > left && y < bottom && toY > top;
    // From afar nodes count, and arrows fade.
    const isFar = scale < FAR;
    const picture = isFar ? arrowsFromAfar() : null;
    ctx.globalAlpha = isFar ? Math.max(0.3, scale * 3) : 1;
    if (picture && picture.scale > scale * ratio * 0.6) {
      ctx.drawImage(picture.canvas, 0, 0, size[0], size[1]);
    } else {
      paintArrows(ctx, scale, sees);
    }
    ctx.globalAlpha = 1;
    ctx.fillStyle = paint("frame");
    ctx.setLineDash([6, 3]);
    for (const [x, y, wide, high] of frames) {
      if (!sees(x, y, x + wide, y + high)) continue;
      ctx.fillRect(x, y, wide, high);
      if (!isFar) ctx.strokeRect(x, y, wide, high);
    }
    ctx.setLineDash([]);
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.font = "13px 'DejaVu Sans', Verdana, system-ui, sans-serif";
    const selected = state.job === null ? state.family : nodeOf[state.job];
    const near = new Set();
    if (state.job !== null) {
      for (const job of [...jobs[state.job].needs, ...jobs[state.job].neededBy]) near.add(nodeOf[job]);
    }
    const inks = new Map();
    const ink = (name) => inks.get(name) ?? (inks.set(name, paint(name)), inks.get(name));
    nodes.forEach((node, index) => {
      const [x, y, wide, high] = node.at;
      if (!sees(x - 8, y - 8, x + wide + 8, y + high + 8)) return;
      const isFaint = state.hits !== null && !node.jobs.some(isHit);
      ctx.globalAlpha = isFaint ? 0.2 : 1;
      ctx.fillStyle = ink(isFar && !looks[node.status]?.fill ? "far" : node.status ?? "node");
      if (index === selected || near.has(index) || node.onPath) {
        ctx.strokeStyle = index === selected ? ink("accent") : near.has(index) ? ink("near") : ink("critical");
        ctx.lineWidth = Math.max(index === selected ? 4 : 2.5, 1.5 / scale);
      } else {
        ctx.strokeStyle = ink("edge");
        ctx.lineWidth = 1.2;
      }
      if (isFar && index !== selected) {
        const more = Math.max(0, (2.5 / scale - high) / 2);
        ctx.fillRect(x - more, y - more, wide + 2 * more, high + 2 * more);
        if (near.has(index) || node.onPath) ctx.strokeRect(x, y, wide, high);
        return;
      }
      const isDashed = node.status && !["ok", "changed", "failed"].includes(node.status);
      if (isDashed) ctx.setLineDash(node.status === "would_run" ? [7, 3] : [3, 3]);
      outline(node.kind, x, y, wide, high);
      if (isDashed) ctx.setLineDash([]);
      if (scale * 13 < 5) return;
      ctx.fillStyle = ink(node.status ? `${node.status}-ink` : "ink");
      const middle = y + high / 2 + 0.5;
      const room = wide - (node.kind === "run_only" ? 22 : 12);
      ctx.fillText(node.label, x + wide / 2, node.tally ? middle - 8 : middle, room);
      if (node.tally) ctx.fillText(node.tally, x + wide / 2, middle + 8, room);
    });
    ctx.globalAlpha = 1;
  }

  /** A job is round, a run-only one a hexagon, a group a box, a family two pages. */
  function outline(kind, x, y, wide, high) {
    const shape = (trace) => {
      ctx.beginPath();
      trace();
      ctx.fill();
      ctx.stroke();
    };
    if (kind === "job") shape(() => ctx.roundRect(x, y, wide, high, high / 2));
    else if (kind === "group") shape(() => ctx.rect(x, y, wide, high));
    else if (kind === "family") {
      shape(() => ctx.roundRect(x + 4, y, wide - 4, high - 4, 3));
      shape(() => ctx.roundRect(x, y + 4, wide - 4, high - 4, 3));
    } else {
      shape(() => {
        ctx.moveTo(x, y + high / 2);
        ctx.lineTo(x + 10, y);
        ctx.lineTo(x + wide - 10, y);
        ctx.lineTo(x + wide, y + high / 2);
        ctx.lineTo(x + wide - 10, y + high);
        ctx.lineTo(x + 10, y + high);
        ctx.closePath();
      });
    }
  }

  function fitInto(width, height) {
    view.scale = Math.min(width / size[0], height / size[1], 1.25);
    view.x = (width - size[0] * view.scale) / 2;
    view.y = (height - size[1] * view.scale) / 2;
  }

  /** The node at a place of the canvas. */
  function nodeAt(x, y) {
    const [at, down] = [(x - view.x) / view.scale, (y - view.y) / view.scale];
    return nodes.findIndex(({ at: [left, top, wide, high] }) => at >= left && at <= left + wide && down >= top && down <= top + high);
  }

  function told(node) {
    if (node.jobs.length === 1) {
      const job = jobs[node.jobs[0]];
      return `${shortened(readable(job.name), 200)}: ${KINDS[job.kind]}, ${looks[job.status]?.word ?? "not ended"}`;
    }
    return `${node.label}: ${plural(node.jobs.length, "job")}`;
  }

  pannable(canvas, byId("graph"), {
    pan(x, y) {
      view.isFitted = false;
      view.x += x;
      view.y += y;
      draw();
    },
    zoom(factor, x, y) {
      const least = Math.min(0.02, box.width / size[0], box.height / size[1]);
      const scale = Math.max(least, Math.min(4, view.scale * factor));
      view.isFitted = false;
      view.x = x - (x - view.x) * (scale / view.scale);
      view.y = y - (y - view.y) * (scale / view.scale);
      view.scale = scale;
      draw();
    },
    fit() {
      view.isFitted = true;
      draw();
    },
    click(x, y) {
      const node = nodeAt(x, y);
      if (node < 0) return;
      if (nodes[node].jobs.length === 1) select(nodes[node].jobs[0], false);
      else selectFamily(node);
    },
    hover(x, y) {
      const node = x === undefined ? -1 : nodeAt(x, y);
      canvas.classList.toggle("points", node >= 0);
      byId("graph-told").textContent = node < 0 ? "" : told(nodes[node]);
    },
    wheels: () => true,
  });
  // Before it is shown in its new size, stretched.
  new ResizeObserver(drawNow).observe(canvas);

  return {
    selected(reveal) {
      measure();
      if (reveal && state.job !== null && box.width) {
        const [x, y, wide, high] = nodes[nodeOf[state.job]].at;
        view.isFitted = false;
        view.scale = Math.max(view.scale, 0.8);
        view.x = box.width / 2 - (x + wide / 2) * view.scale;
        view.y = box.height / 2 - (y + high / 2) * view.scale;
      }
      draw();
    },
    filtered: draw,
    repainted() {
      afar = null;
      draw();
    },
    /** All of it, on paper. */
    printed() {
      afar = null;
      const width = 1000;
      const height = Math.min(1100, Math.max(200, (width * size[1]) / size[0]));
      const before = { ...view };
      canvas.width = width * 2;
      canvas.height = height * 2;
      fitInto(width, height);
      paintAll({ width, height, ratio: 2 });
      Object.assign(view, before);
    },
  };
})());
