/* SPDX-License-Identifier: Apache-2.0 */
/* Questions to the person.  Each resolves with the answer, or null where there was none. */

import {button, element} from "./element.js";
import * as dav from "./dav.js";

let nDialogs = 0;

/** Show a modal dialog; @fill(finish) returns what is in it, and finish(value) ends it. */
export function modal(title, fill, properties = {}) {
    return new Promise((resolve) => {
        const id = `dialog-${++nDialogs}`;
        let answer = null;
        const finish = (value) => {
            answer = value;
            dialog.close();
        };
        const dialog = element("dialog", {
            "aria-labelledby": id,
            onclose: () => {
                dialog.remove();
                resolve(answer);
            },
            ...properties,
        }, element("h2", {id}, title), ...fill(finish));

        document.body.append(dialog);
        dialog.showModal();
    });
}

function choices(finish, text, properties = {}) {
    return element("p", {class: "choices"}, button("Cancel", () => finish(null)),
        element("button", {type: "submit", ...properties}, text));
}

/* What no member of a folder can be named. */
function problemOf(name) {
    if (name === "" || name === "." || name === "..")
        return "A name is needed.";
    return name.includes("/") ? "A name cannot have a slash." : "";
}

/** Ask for the name of a file or folder. */
export function askName(title, text, name = "") {
    return modal(title, (finish) => {
        const input = element("input", {
            id: "name", value: name, autocomplete: "off", spellcheck: "false",
            oninput: () => input.setCustomValidity(problemOf(input.value.trim())),
            onfocus: () => input.setSelectionRange(0, name.lastIndexOf(".") > 0 ? name.lastIndexOf(".")
                : name.length),
        });
        const onsubmit = (event) => {
            event.preventDefault();
            input.setCustomValidity(problemOf(input.value.trim()));
            if (input.reportValidity())
                finish(input.value.trim());
        };

        input.autofocus = true;
        return [element("form", {onsubmit}, element("label", {for: "name"}, "Name"), input,
            choices(finish, text))];
    });
}

/** Ask whether to do what cannot be undone; resolves with true or null. */
export function confirm(title, lines, text) {
    return modal(title, (finish) => {
        const onsubmit = (event) => {
            event.preventDefault();
            finish(true);
        };

        return [element("form", {onsubmit}, ...lines.map((line) => element("p", {}, line)),
            choices(finish, text, {class: "danger"}))];
    }, {role: "alertdialog"});
}

/** Ask which of @answers, a list of [value, text]. */
export function choose(title, lines, answers) {
    return modal(title, (finish) => [
        ...lines.map((line) => element("p", {}, line)),
        element("p", {class: "choices"}, button("Cancel", () => finish(null)),
            ...answers.map(([value, text]) => button(text, () => finish(value)))),
    ]);
}

/** Ask for a folder: one walks there.  @root: where the way up ends; @start: where it begins */
export function askFolder(title, text, root, start) {
    return modal(title, (finish) => {
        const here = element("p", {role: "status"});
        const folders = element("ul", {class: "folders", "aria-label": "Folders"});
        let at = start;
        const walk = async (url) => {
            const {members} = await dav.list(url);
            const below = members.filter((one) => one.isFolder);
            const rows = below.map((one) => element("li", {},
                button(one.name, () => walk(one.url), {class: "folder"})));

            at = url;
            here.textContent = `In ${url.pathname === root.pathname ? "Home" : dav.nameOf(url)}`;
            if (url.pathname !== root.pathname)
                rows.unshift(element("li", {}, button("Up", () => walk(dav.folderOf(url)))));
            folders.replaceChildren(...rows);
            folders.querySelector("button")?.focus();
        };
        const onsubmit = (event) => {
            event.preventDefault();
            finish(at);
        };

        walk(start).catch(() => finish(null));
        return [element("form", {onsubmit}, here, folders, choices(finish, text))];
    });
}
