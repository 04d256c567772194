// A scene of surfaces and lines around the Earth that can be turned by hand. GSM: x to the Sun, y to dusk, z to north.
(() => {
  "use strict";
  const VIEWS = { "from dusk": [90, 8], "from the Sun": [0, 8], "from above": [90, 89], "aslant": [52, 22] };
  const DASHES = { solid: [], long: [7, 3], short: [3, 2.5], dotted: [1, 3] };
  const radians = (degrees) => (degrees * Math.PI) / 180;

  function start(holder) {
    const scene = JSON.parse(holder.querySelector("script[type='application/json']").textContent);
    const canvas = holder.querySelector("canvas");
    const context = canvas.getContext("2d");
    const hidden = new Set();
    let [azimuth, elevation] = VIEWS["aslant"];
    let zoom = 1;

    // Unit vectors of the screen: right, up, and towards the eye, which sits at azimuth (from x through y), elevation.
    function axes() {
      const a = radians(azimuth), e = radians(elevation);
      return {
        right: [-Math.sin(a), Math.cos(a), 0],
        up: [-Math.sin(e) * Math.cos(a), -Math.sin(e) * Math.sin(a), Math.cos(e)],
        eye: [Math.cos(e) * Math.cos(a), Math.cos(e) * Math.sin(a), Math.sin(e)],
      };
    }
    const dot = (u, v) => u[0] * v[0] + u[1] * v[1] + u[2] * v[2];

    function draw() {
      const width = canvas.clientWidth, height = canvas.clientHeight, ratio = window.devicePixelRatio || 1;
      if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
        canvas.width = Math.round(width * ratio);
        canvas.height = Math.round(height * ratio);
      }
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.clearRect(0, 0, width, height);
      const ink = getComputedStyle(holder).color;
      const { right, up, eye } = axes();
      const scale = (zoom * Math.min(width / 1.25, height)) / (2 * scene.reach);
      const middle = scene.middle;
      const shown = (p) => {
        const q = [p[0] - middle[0], p[1] - middle[1], p[2] - middle[2]];
        return [width / 2 + scale * dot(q, right), height / 2 - scale * dot(q, up), dot(q, eye)];
      };

      const pieces = [];
      for (const surface of scene.surfaces) {
        if (hidden.has(surface.name)) continue;
        const rings = surface.points.map((ring) => ring.map(shown));
        for (let i = 0; i + 1 < rings.length; i++) {
          const columns = rings[i].length;
          for (let j = 0; j < columns; j++) {
            const k = (j + 1) % columns;
            const corners = [rings[i][j], rings[i][k], rings[i + 1][k], rings[i + 1][j]];
            const depth = (corners[0][2] + corners[1][2] + corners[2][2] + corners[3][2]) / 4;
            let colour = surface.colour, opacity = surface.opacity;
            if (surface.day) colour = surface.day[i][j] ? "#ffffff" : "#1c2733";
            pieces.push({ depth, corners, colour, opacity, edge: surface.edge });
          }
        }
      }
      for (const line of scene.lines) {
        if (hidden.has(line.name)) continue;
        const path = line.points.map(shown);
        const dash = DASHES[line.dash];
        // A dashed line is cut where its dashes end; a solid one where its depth should be told again.
        for (let i = 0; i + 1 < path.length; i++) {
          pieces.push({ depth: (path[i][2] + path[i + 1][2]) / 2, from: path[i], to: path[i + 1], line, dash });
        }
        let run = 0;
        for (const piece of pieces.slice(-(path.length - 1))) {
          piece.run = run;
          run += Math.hypot(piece.to[0] - piece.from[0], piece.to[1] - piece.from[1]);
        }
      }
      pieces.sort((one, other) => one.depth - other.depth);
      for (const piece of pieces) {
        const near = Math.max(0, Math.min(1, 0.5 + piece.depth / (2 * scene.reach)));
        if (piece.corners) {
          context.beginPath();
          piece.corners.forEach((p, n) => (n ? context.lineTo(p[0], p[1]) : context.moveTo(p[0], p[1])));
          context.closePath();
          context.globalAlpha = piece.opacity;
          context.fillStyle = piece.colour;
          context.fill();
          if (piece.edge) {
            context.globalAlpha = piece.edge * (0.4 + 0.6 * near);
            context.lineWidth = 0.5;
            context.setLineDash([]);
            context.strokeStyle = piece.colour;
            context.stroke();
          }
        } else {
          context.beginPath();
          context.moveTo(piece.from[0], piece.from[1]);
          context.lineTo(piece.to[0], piece.to[1]);
          context.globalAlpha = 0.35 + 0.65 * near;
          context.lineWidth = piece.line.width * (0.7 + 0.6 * near);
          context.strokeStyle = piece.line.colour === "ink" ? ink : piece.line.colour;
          context.setLineDash(piece.dash);
          context.lineDashOffset = piece.run;
          context.stroke();
        }
      }
      context.globalAlpha = 1;
      context.setLineDash([]);
      label(shown, ink, width, height, scale);
      canvas.setAttribute("aria-label", `${scene.text} Seen from azimuth ${Math.round(azimuth)} degrees from the Sun ` +
        `through dusk, elevation ${Math.round(elevation)} degrees.`);
    }

    function label(shown, ink, width, height, scale) {
      context.font = "12px system-ui, sans-serif";
      context.fillStyle = ink;
      context.strokeStyle = ink;
      context.lineWidth = 1;
      context.textAlign = "center";
      // Three arrows in the lower left corner: where the Sun, dusk and north are.
      const at = [58, height - 46], origin = shown([0, 0, 0]);
      for (const [name, tip] of [["Sun", [1, 0, 0]], ["dusk", [0, 1, 0]], ["north", [0, 0, 1]]]) {
        const p = shown(tip);
        const dx = (28 * (p[0] - origin[0])) / scale, dy = (28 * (p[1] - origin[1])) / scale;
        if (Math.hypot(dx, dy) < 6) continue;
        context.beginPath();
        context.moveTo(at[0], at[1]);
        context.lineTo(at[0] + dx, at[1] + dy);
        context.stroke();
        context.fillText(name, at[0] + 1.35 * dx, at[1] + 1.35 * dy + 4);
      }
      const bar = [1, 2, 5, 10, 20, 50].find((length) => length * scale > 50) || 50;
      context.beginPath();
      context.moveTo(width - 16 - bar * scale, height - 16);
      context.lineTo(width - 16, height - 16);
      context.stroke();
      context.fillText(`${bar} Earth radii`, width - 16 - (bar * scale) / 2, height - 22);
    }

    let asked = false;
    function redraw() {
      if (asked) return;
      asked = true;
      requestAnimationFrame(() => {
        asked = false;
        draw();
      });
    }
    function turn(by, lift) {
      azimuth = (azimuth + by + 360) % 360;
      elevation = Math.max(-89, Math.min(89, elevation + lift));
      redraw();
    }
    function closer(factor) {
      zoom = Math.max(0.5, Math.min(12, zoom * factor));
      redraw();
    }

    const fingers = new Map();
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      fingers.set(event.pointerId, [event.clientX, event.clientY]);
    });
    canvas.addEventListener("pointermove", (event) => {
      const last = fingers.get(event.pointerId);
      if (!last) return;
      const others = [...fingers.entries()].filter(([id]) => id !== event.pointerId);
      if (others.length) {
        const [x, y] = others[0][1];
        closer(Math.hypot(event.clientX - x, event.clientY - y) / Math.max(1, Math.hypot(last[0] - x, last[1] - y)));
      } else {
        turn(-0.4 * (event.clientX - last[0]), 0.4 * (event.clientY - last[1]));
      }
      fingers.set(event.pointerId, [event.clientX, event.clientY]);
    });
    for (const end of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(end, (event) => fingers.delete(event.pointerId));
    }
    canvas.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && document.activeElement !== canvas) return; // the page scrolls until the picture is taken up
      event.preventDefault();
      closer(Math.exp(-event.deltaY / 400));
    }, { passive: false });
    canvas.addEventListener("keydown", (event) => {
      const moves = { ArrowLeft: () => turn(-6, 0), ArrowRight: () => turn(6, 0), ArrowUp: () => turn(0, 6),
        ArrowDown: () => turn(0, -6), "+": () => closer(1.2), "=": () => closer(1.2), "-": () => closer(1 / 1.2),
        0: () => look("aslant") };
      if (!moves[event.key]) return;
      event.preventDefault();
      moves[event.key]();
    });
    function look(name) {
      [azimuth, elevation] = VIEWS[name];
      zoom = 1;
      redraw();
    }
    holder.querySelectorAll("button").forEach((button) => {
      button.addEventListener("click", () => look(button.textContent));
    });
    holder.querySelectorAll("input").forEach((box) => {
      box.addEventListener("change", () => {
        if (box.checked) hidden.delete(box.value);
        else hidden.add(box.value);
        redraw();
      });
    });
    new ResizeObserver(redraw).observe(canvas);
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
    draw();
  }

  document.querySelectorAll(".space").forEach(start);
})();
