/* SPDX-License-Identifier: Apache-2.0 */
/* Making what is shown: text is always text, never markup. */

/**
 * An element.  Properties named on... are listeners; true is an attribute without a value; false and
 * null are none.
 */
export function element(tag, properties = {}, ...children) {
    const made = document.createElement(tag);

    for (const [name, value] of Object.entries(properties)) {
        if (name.startsWith("on"))
            made.addEventListener(name.slice(2), value);
        else if (value === true)
            made.setAttribute(name, "");
        else if (value !== false && value !== null && value !== undefined)
            made.setAttribute(name, value);
    }
    made.append(...children.filter((child) => child !== null && child !== undefined));
    return made;
}

export function button(text, onclick, properties = {}) {
    return element("button", {type: "button", onclick, ...properties}, text);
}

const UNITS = ["kB", "MB", "GB", "TB", "PB", "EB"];

/** Powers of 1000, as the listing without script has them: "1.5 MB". */
export function formatSize(bytes) {
    if (bytes < 1000)
        return `${bytes} B`;

    const power = Math.min(Math.floor(Math.log10(bytes) / 3), UNITS.length);
    return `${(bytes / 1000 ** power).toFixed(1)} ${UNITS[power - 1]}`;
}

const times = new Intl.DateTimeFormat(undefined, {dateStyle: "medium", timeStyle: "short"});

export function formatTime(date) {
    return times.format(date);
}

/** "one file", "3 files" */
export function count(n, one, many) {
    return n === 1 ? `one ${one}` : `${n} ${many}`;
}
