/* SPDX-License-Identifier: Apache-2.0 */
/* The table of a folder: order, filter, selection, and moving about in it by keys. */

import {button, element, formatSize, formatTime} from "./element.js";

/* More rows than this are shown when asked for: nobody reads them, and browsers take their time. */
const MAX_ROWS = 1000;

const collator = new Intl.Collator(undefined, {numeric: true, sensitivity: "base"});

const ORDERS = {
    name: (left, right) => collator.compare(left.name, right.name),
    size: (left, right) => left.size - right.size,
    changed: (left, right) => left.modified - right.modified,
};

const COLUMNS = [["name", "Name"], ["size", "Size"], ["changed", "Changed"]];

export class Listing {
    #members = [];
    #shown = [];
    #selected = new Set(); /* of names */
    #filter = "";
    #order = "name";
    #ascending = true;
    #isWhole = false; /* all rows are wanted, however many */
    #headers = new Map();
    #all = element("input", {type: "checkbox", "aria-label": "Select all", onchange: () => this.#selectAll()});
    #body = element("tbody", {onkeydown: (event) => this.#onkeydown(event)});
    #more = element("p", {class: "more"});
    #onopen;
    #onselect;

    /** @onopen(member, event): its link was followed; @onselect(): the selection or the rows changed */
    constructor(onopen, onselect) {
        this.#onopen = onopen;
        this.#onselect = onselect;
        this.table = element("table", {class: "listing"},
            element("thead", {}, element("tr", {}, element("td", {class: "select"}, this.#all),
                ...COLUMNS.map(([order, text]) => this.#makeHeader(order, text)))),
            this.#body);
        this.element = element("div", {}, this.table, this.#more);
    }

    #makeHeader(order, text) {
        const header = element("th", {scope: "col", class: order}, button(text, () => this.#sortBy(order)));

        this.#headers.set(order, header);
        return header;
    }

    #sortBy(order) {
        this.#ascending = order === this.#order ? !this.#ascending : true;
        this.#order = order;
        this.#render();
    }

    /** Show other members; of the selection stays what is still there. */
    show(members) {
        const names = new Set(members.map((one) => one.name));

        this.#members = members;
        this.#isWhole = false;
        this.#selected = new Set([...this.#selected].filter((name) => names.has(name)));
        this.#render();
    }

    filter(text) {
        this.#filter = text.trim().toLocaleLowerCase();
        this.#render();
    }

    clearSelection() {
        this.#selected.clear();
        this.#render();
    }

    /** What is on show, in order. */
    get shown() {
        return this.#shown;
    }

    get selected() {
        return this.#members.filter((one) => this.#selected.has(one.name));
    }

    /** Put the focus on the row of @name; on the first without it. */
    focus(name) {
        const links = [...this.#body.querySelectorAll("a")];

        (links.find((link) => link.textContent === name) ?? links[0])?.focus();
    }

    #render() {
        const sign = this.#ascending ? 1 : -1;
        const order = ORDERS[this.#order];
        const focused = this.#focusedName();

        this.#shown = this.#members
            .filter((one) => one.name.toLocaleLowerCase().includes(this.#filter))
            .sort((left, right) => right.isFolder - left.isFolder
                || sign * order(left, right) || ORDERS.name(left, right));
        const rows = this.#isWhole ? this.#shown : this.#shown.slice(0, MAX_ROWS);

        this.#body.replaceChildren(...rows.map((member) => this.#makeRow(member)));
        this.#more.replaceChildren(...(rows.length < this.#shown.length ? [button(
            `Show all ${this.#shown.length}`, () => this.#showWhole())] : []));
        for (const [name, header] of this.#headers)
            header.setAttribute("aria-sort", name !== this.#order ? "none"
                : this.#ascending ? "ascending" : "descending");
        if (focused !== null)
            this.focus(focused);
        this.#selectionChanged();
    }

    #showWhole() {
        this.#isWhole = true;
        this.#render();
    }

    #makeRow(member) {
        const box = element("input", {
            type: "checkbox",
            "aria-label": `Select ${member.name}`,
            onchange: () => this.#select(member, box.checked),
        });
        const link = element("a", {
            href: member.url.href,
            onclick: (event) => this.#onopen(member, event),
        }, member.name);
        const changed = Number.isNaN(member.modified.getTime()) ? null
            : element("time", {datetime: member.modified.toISOString()}, formatTime(member.modified));
        const row = element("tr", {},
            element("td", {class: "select"}, box),
            element("th", {scope: "row", class: member.isFolder ? "folder" : "file"}, link,
                ...member.locks.map(makeLock)),
            element("td", {class: "size"}, member.isFolder ? "" : formatSize(member.size)),
            element("td", {class: "changed"}, changed));

        box.checked = this.#selected.has(member.name);
        row.dataset.name = member.name;
        return row;
    }

    /* ---- selection ---- */

    #select(member, isSelected) {
        if (isSelected)
            this.#selected.add(member.name);
        else
            this.#selected.delete(member.name);
        this.#selectionChanged();
    }

    #selectAll() {
        this.#selected = new Set(this.#all.checked ? this.#shown.map((one) => one.name) : []);
        this.#render();
    }

    #selectionChanged() {
        const n = this.#shown.filter((one) => this.#selected.has(one.name)).length;

        this.#all.checked = n > 0 && n === this.#shown.length;
        this.#all.indeterminate = n > 0 && n < this.#shown.length;
        this.#onselect();
    }

    /* ---- keys ---- */

    #focusedName() {
        return this.#body.contains(document.activeElement)
            ? document.activeElement.closest("tr").dataset.name : null;
    }

    /** What commands are about: the selection, or else the row with the focus. */
    get target() {
        const focused = this.#focusedName();

        return this.#selected.size > 0 ? this.selected
            : this.#members.filter((one) => one.name === focused);
    }

    #onkeydown(event) {
        const row = event.target.closest("tr");
        const to = {
            ArrowDown: row.nextElementSibling,
            ArrowUp: row.previousElementSibling,
            Home: this.#body.firstElementChild,
            End: this.#body.lastElementChild,
        };

        if (event.ctrlKey || event.altKey || event.metaKey)
            return;
        if (event.key in to) {
            event.preventDefault();
            to[event.key]?.querySelector("a").focus();
        } else if (event.key === " " && event.target.matches("a")) {
            event.preventDefault();
            row.querySelector("input").click();
        }
    }
}

function makeLock(owner) {
    const text = owner === "" ? "Locked" : `Locked by ${owner}`;

    return element("span", {class: "lock", title: text}, element("span", {class: "spoken"}, text));
}
