/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Uploads: what was chosen or dropped becomes a list of files and folders, then a queue with a row
 * for each file.  It goes on while the person walks about in other folders.
 */

import {button, count, element, formatSize} from "./element.js";
import {choose} from "./dialogs.js";
import {discard, goesInParts, sendFile} from "./transfer.js";
import * as dav from "./dav.js";

const MAX_AT_ONCE = 3;

/* ---- what was chosen ---- */

/** The files of an <input>, with the folders they were chosen with. */
export function itemsOfInput(input) {
    return [...input.files].map((file) => ({path: file.webkitRelativePath || file.name, file}));
}

async function* walk(entry, path) {
    if (entry.isFile) {
        const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
        yield {path: path + entry.name, file};
        return;
    }

    const reader = entry.createReader();
    yield {path: `${path + entry.name}/`, file: null};
    for (;;) {
        const batch = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
        if (batch.length === 0)
            return;
        for (const child of batch)
            yield* walk(child, `${path + entry.name}/`);
    }
}

/** The files and folders of a drop; must be called while the event is handled. */
export async function itemsOfDrop(transfer) {
    const entries = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter(Boolean);
    const items = [];

    for (const entry of entries)
        for await (const item of walk(entry, ""))
            items.push(item);
    return items;
}

/* The folders that @items need, ancestors first: "a/", "a/b/". */
function foldersOf(items) {
    const folders = new Set();

    for (const {path} of items)
        for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1))
            folders.add(path.slice(0, at + 1));
    return [...folders].sort();
}

function urlOf(base, path) {
    return new URL(path.split("/").map(encodeURIComponent).join("/"), base);
}

/* ---- the queue ---- */

export class Uploads {
    #queue = [];
    #active = new Set();
    #jobs = [];
    #rows = element("ul", {});
    #summary = element("p", {role: "status"});
    #close = button("Close", () => this.#clear());
    #onchange;

    /** @onchange(): there may be something new to list */
    constructor(onchange) {
        this.#onchange = onchange;
        this.element = element("section", {class: "uploads", "aria-label": "Uploads", hidden: true},
            this.#summary, this.#rows, this.#close);
        window.addEventListener("beforeunload", (event) => {
            if (this.isBusy)
                event.preventDefault();
        });
    }

    get isBusy() {
        return this.#active.size + this.#queue.length > 0;
    }

    /** Upload @items into @target, a folder; asks where something stands already. */
    async add(items, target) {
        const base = target.url;
        const folders = foldersOf(items);
        const existing = await findExisting(folders, base);
        const files = await this.#settleConflicts(items.filter((item) => item.file !== null), existing);

        if (files === null)
            return;
        for (const folder of folders)
            if (!existing.has(folder))
                await makeFolder(urlOf(base, folder));
        for (const {path, file} of files)
            this.#enqueue(path, file, urlOf(base, path), target.mayChange && !existing.has(path));
        this.#pump();
        if (files.length === 0)
            this.#onchange();
    }

    /* Returns the files to upload, null for none at all. */
    async #settleConflicts(files, existing) {
        const conflicts = files.filter((item) => existing.has(item.path));

        if (conflicts.length === 0)
            return files;
        const answer = await choose(
            conflicts.length === 1 ? "Replace the file?" : `Replace ${conflicts.length} files?`,
            [`Already there: ${conflicts.slice(0, 5).map((item) => item.path).join(", ")}`
                + (conflicts.length > 5 ? "…" : "")],
            [["skip", "Skip"], ["replace", "Replace"]]);
        if (answer === null)
            return null;
        return answer === "replace" ? files : files.filter((item) => !existing.has(item.path));
    }

    #enqueue(path, file, url, isFree) {
        const id = `upload-${this.#jobs.length}`;
        const inParts = isFree && goesInParts(file);
        const job = {path, file, url, inParts, state: "waiting", aborter: null};

        job.bar = element("progress", {max: Math.max(file.size, 1), value: 0, "aria-labelledby": id});
        job.note = element("span", {class: "note"}, "waiting");
        job.button = button("Cancel", () => this.#toggle(job), {"aria-label": `Cancel ${path}`});
        job.row = element("li", {}, element("span", {id, class: "name"}, path), job.bar, job.note,
            job.button);
        this.#jobs.push(job);
        this.#queue.push(job);
        this.#rows.append(job.row);
    }

    #pump() {
        while (this.#active.size < MAX_AT_ONCE && this.#queue.length > 0)
            this.#run(this.#queue.shift());
        this.#tell();
    }

    async #run(job) {
        this.#active.add(job);
        job.aborter = new AbortController();
        this.#set(job, "sending", "");
        try {
            await sendFile(job.url, job.file, {
                inParts: job.inParts,
                signal: job.aborter.signal,
                onprogress: (sent) => this.#showProgress(job, sent),
            });
            job.bar.value = job.bar.max;
            this.#set(job, "done", `${formatSize(job.file.size)}, done`);
        } catch (problem) {
            if (problem.name === "AbortError")
                this.#set(job, "cancelled", "cancelled");
            else
                this.#set(job, "failed", problem.message);
        }
        this.#active.delete(job);
        this.#pump();
        if (!this.isBusy)
            this.#onchange();
    }

    #showProgress(job, sent) {
        job.bar.value = sent;
        job.note.textContent = `${formatSize(sent)} of ${formatSize(job.file.size)}`;
    }

    #set(job, state, note) {
        const isOn = state === "waiting" || state === "sending";
        const text = isOn ? "Cancel" : job.inParts ? "Resume" : "Try again";

        job.state = state;
        job.row.dataset.state = state;
        job.note.textContent = note;
        job.button.textContent = text;
        job.button.setAttribute("aria-label", `${text} ${job.path}`);
        job.button.hidden = state === "done";
    }

    /* The button of a row: cancel, or once more. */
    #toggle(job) {
        if (job.state === "sending") {
            job.aborter.abort();
        } else if (job.state === "waiting") {
            this.#queue.splice(this.#queue.indexOf(job), 1);
            this.#set(job, "cancelled", "cancelled");
        } else {
            job.bar.value = 0;
            this.#set(job, "waiting", "waiting");
            this.#queue.push(job);
        }
        this.#pump();
    }

    #tell() {
        const done = this.#jobs.filter((job) => job.state === "done").length;
        const open = this.#jobs.filter((job) => job.state === "failed" || job.state === "cancelled");

        this.element.hidden = this.#jobs.length === 0;
        this.#close.hidden = this.isBusy;
        if (this.isBusy)
            this.#summary.textContent = `Uploading: ${done} of ${this.#jobs.length} done`;
        else
            this.#summary.textContent = `Uploaded ${count(done, "file", "files")}`
                + (open.length > 0 ? `, ${open.length} not` : "");
    }

    #clear() {
        for (const job of this.#jobs)
            if (job.inParts && job.state !== "done")
                discard(job.url, job.file);
        this.#jobs = [];
        this.#rows.replaceChildren();
        this.#tell();
    }
}

/* The paths among @folders and their members that exist below @base: those of folders end with a
 * slash.  What is in a folder that is not there need not be asked. */
async function findExisting(folders, base) {
    const existing = new Set([""]);

    for (const folder of ["", ...folders]) {
        if (!existing.has(folder))
            continue;
        const {members} = await dav.list(folder === "" ? base : urlOf(base, folder));
        for (const one of members)
            existing.add(folder + one.name + (one.isFolder ? "/" : ""));
    }
    return existing;
}

/* Somebody else may have made it meanwhile. */
async function makeFolder(url) {
    try {
        await dav.makeFolder(url);
    } catch (problem) {
        if (problem.status !== 405)
            throw problem;
    }
}
