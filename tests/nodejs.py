"""Programs of trajviz.files.live, run in node.js and in a browser's page."""

import base64
import json
import shutil
import subprocess

import numpy as np
import pytest

NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="node is not installed")

WRITE = """
const sent = (array) => Buffer.from(new Float64Array(array).buffer).toString("base64");
const write = (found) => process.stdout.write(JSON.stringify(found));
"""
"""What scripts are given: `write(found)` is their answer, and `sent(array)` keeps all bits."""


def node(script):
    """Return what a script writes."""
    done = subprocess.run([NODE, "-"], input=WRITE + script, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


IN_PAGE = """(script) => {
  let answer;
  const sent = (array) => btoa(Array.from(new Uint8Array(new Float64Array(array).buffer),
    (byte) => String.fromCharCode(byte)).join(""));
  const write = (found) => (answer = JSON.stringify(found));
  new Function("sent", "write", script)(sent, write);
  return answer;
}"""


def in_page(page):
    """Return what runs scripts as `node` does, in a page."""
    return lambda script: json.loads(page.evaluate(IN_PAGE, script))


def received(text):
    """Return an array that was sent."""
    return np.frombuffer(base64.b64decode(text), "<f8")


def inside(program):
    """Return a program as an expression, so that several fit into one script."""
    return f"(() => {{ {program.source} return trajviz; }})()"


def runs(programs, start="one.start", engine=node):
    """Return points, heights and whether they diverged of each live track of each program.

    Args:
        programs: What is run.
        start: From where, in JavaScript.
        engine: Runs a script and returns what it writes.
    """
    script = "\n".join(
        f"""all.push(((one) => one.tracks.filter((track) => !track.recorded).map((track) => {{
        const run = one.run(track.rule, track.settings, {start}, one.steps);
        return [sent(run.points), sent(run.heights), run.diverged];
        }}))({inside(program)}));"""
        for program in programs
    )
    found = engine(f"const all = [];\n{script}\nwrite(all);")
    return [
        [
            (received(points).reshape(-1, 2), received(heights), diverged)
            for points, heights, diverged in tracks
        ]
        for tracks in found
    ]
