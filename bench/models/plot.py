# SPDX-License-Identifier: Apache-2.0
"""A picture as SVG: lines of requests in a CPU-second, bars of memory for a connection."""

import math

WIDTH, HEIGHT = 900, 360
COLOURS = ["#b5544d", "#c79a3b", "#5b7fa6", "#3f8f5f"]
LEFT = (60, 50, 380, 240)   # x, y, width, height of the lines
RIGHT = (640, 50, 190, 240)  # of the bars


def text(x, y, words, anchor="middle", extra=""):
    return '<text x="%.0f" y="%.0f" text-anchor="%s"%s>%s</text>' % (x, y, anchor, extra, words)


def line(x1, y1, x2, y2, colour="#ddd"):
    return '<line x1="%.0f" y1="%.0f" x2="%.0f" y2="%.0f" stroke="%s"/>' % (x1, y1, x2, y2, colour)


def nice_top(value):
    unit = 10 ** math.floor(math.log10(value))
    return next(unit * step for step in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if unit * step >= value)


def count(number):
    return "%g k" % (number / 1000) if number >= 1000 else "%g" % number


def draw_lines(sizes, rates):
    x0, y0, width, height = LEFT
    top = nice_top(max(max(values) for values in rates.values()))
    out = [text(x0, y0 - 20, "requests in a second of the server's CPU", "start", ' class="t"')]
    for part in range(5):
        y = y0 + height - height * part / 4
        out += [line(x0, y, x0 + width, y), text(x0 - 8, y + 4, count(top * part / 4), "end")]
    step = width / max(len(sizes) - 1, 1)
    for i, size in enumerate(sizes):
        out.append(text(x0 + i * step, y0 + height + 20, "{:,}".format(size).replace(",", " ")))
    out.append(text(x0 + width / 2, y0 + height + 42, "connections"))
    for (_, values), colour in zip(rates.items(), COLOURS):
        points = [(x0 + i * step, y0 + height - height * value / top)
                  for i, value in enumerate(values)]
        out.append('<polyline fill="none" stroke="%s" stroke-width="2.5" points="%s"/>' % (
            colour, " ".join("%.1f,%.1f" % point for point in points)))
        out += ['<circle cx="%.1f" cy="%.1f" r="3.5" fill="%s"/>' % (x, y, colour)
                for x, y in points]
    return out


def size_of(n_bytes):
    return "%.1f KiB" % (n_bytes / 1024) if n_bytes < 10 * 1024 else "%.0f KiB" % (n_bytes / 1024)


def draw_bars(title, memory):
    """Logarithmic, from 100 bytes."""
    x0, y0, width, height = RIGHT
    top = math.log10(max(memory.values()) / 100)
    out = [text(x0 - 150, y0 - 20, title, "start", ' class="t"')]
    step = height / len(memory)
    for i, ((name, n_bytes), colour) in enumerate(zip(memory.items(), COLOURS)):
        length = width * max(math.log10(max(n_bytes, 101) / 100), 0.01) / top
        y = y0 + i * step + step * 0.2
        out.append('<rect x="%d" y="%.0f" width="%.0f" height="%.0f" fill="%s"/>' % (
            x0, y, length, step * 0.6, colour))
        out.append(text(x0 - 8, y + step * 0.3 + 4, name, "end"))
        out.append(text(x0 + length + 6, y + step * 0.3 + 4, size_of(n_bytes), "start"))
    return out


def draw(sizes, rates, memory):
    largest = "{:,}".format(sizes[-1]).replace(",", " ")
    body = draw_lines(sizes, rates)
    body += draw_bars("memory of a connection, of %s (logarithmic)" % largest, memory)
    return "\n".join([
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" '
        'font-size="12" fill="#333">' % (WIDTH, HEIGHT),
        "<style>.t{font-weight:bold;font-size:13px}</style>",
        '<rect width="%d" height="%d" fill="#fff"/>' % (WIDTH, HEIGHT), *body, "</svg>", ""])
