/* SPDX-License-Identifier: Apache-2.0 */
/* Looking into files without leaving the folder. */

import {button, element} from "./element.js";
import {modal} from "./dialogs.js";
import * as dav from "./dav.js";

const MAX_TEXT_BYTES = 256 * 1024;

const TEXT_TYPES = /^(text\/|application\/(json|xml|xhtml\+xml|yaml|toml|sql|x-sh|javascript)\b)/;

function showText(file) {
    const text = element("pre", {tabindex: "0", "aria-label": file.name}, "…");

    dav.readText(file.url, MAX_TEXT_BYTES).then((content) => {
        text.textContent = content;
        if (file.size > MAX_TEXT_BYTES)
            text.append("\n…");
    }, (problem) => {
        text.textContent = problem.message;
    });
    return text;
}

/* By type; the first that fits.  An image of SVG runs no script: images never do. */
const VIEWS = [
    [/^image\/(?!tiff|heic)/, (file) => element("img", {src: file.url, alt: file.name})],
    [/^video\//, (file) => element("video", {src: file.url, controls: true, "aria-label": file.name})],
    [/^audio\//, (file) => element("audio", {src: file.url, controls: true, "aria-label": file.name})],
    [/^application\/pdf$/, (file) => element("iframe", {src: file.url, title: file.name})],
    [TEXT_TYPES, showText],
];

function viewOf(file) {
    return VIEWS.find(([pattern]) => pattern.test(file.type))?.[1];
}

export function canPreview(file) {
    return !file.isFolder && viewOf(file) !== undefined;
}

/** Show @file; the arrow keys and buttons go on to the others of @files. */
export async function preview(file, files) {
    const shown = files.filter(canPreview);
    const step = (by) => shown[shown.indexOf(file) + by];

    for (let next = file; next; ) {
        file = next;
        next = await modal(file.name, (finish) => [
            element("div", {class: "view"}, viewOf(file)(file)),
            element("p", {class: "choices"},
                button("Previous", () => finish(step(-1)), {disabled: !step(-1)}),
                button("Next", () => finish(step(1)), {disabled: !step(1)}),
                element("a", {href: file.url, target: "_blank", rel: "noopener"}, "Open"),
                element("a", {href: file.url, download: file.name}, "Download"),
                button("Close", () => finish(null), {autofocus: true})),
        ], {
            class: "preview",
            onkeydown: (event) => {
                const by = {ArrowLeft: -1, ArrowRight: 1}[event.key];
                const dialog = event.currentTarget;

                if (by && step(by) && !event.target.closest("video, audio, pre"))
                    dialog.querySelectorAll(".choices button")[by < 0 ? 0 : 1].click();
            },
        });
    }
}
