/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page over the listing of a folder: where one is, what one can do there.  The server has sent
 * the plain listing; this takes its place once the folder has been asked for by WebDAV.
 */

import {button, count, element} from "./element.js";
import {askFolder, askName, confirm} from "./dialogs.js";
import {canPreview, preview} from "./preview.js";
import {Listing} from "./listing.js";
import {Uploads, itemsOfDrop, itemsOfInput} from "./uploads.js";
import * as dav from "./dav.js";

const root = new URL(document.body.dataset.root, location.href);
const isReadOnly = "readOnly" in document.body.dataset;

/* Where we are: the folder as last listed. */
let folder = null;

const listing = new Listing(openMember, showSelection);
const uploads = new Uploads(refresh);

/* ---- what is on the page ---- */

const breadcrumb = element("ol");
const heading = element("h1", {tabindex: "-1"});
const status = element("p", {role: "status", class: "status"});
const problem = element("p", {role: "alert", class: "problem"});
const empty = element("p", {class: "empty", hidden: true});

const fileInput = element("input", {
    type: "file", multiple: true, hidden: true, onchange: (event) => uploadChosen(event.target),
});
const folderInput = element("input", {
    type: "file", webkitdirectory: true, hidden: true, onchange: (event) => uploadChosen(event.target),
});
const adding = [
    button("Upload files", () => fileInput.click(), {class: "main"}),
    button("Upload folder", () => folderInput.click()),
    button("New folder", makeFolder),
];
const zip = element("a", {class: "button", href: "?zip", download: true}, "Download as ZIP");
const filter = element("input", {
    type: "search", id: "filter", placeholder: "Filter", "aria-label": "Filter by name",
    oninput: () => listing.filter(filter.value),
});

const renaming = button("Rename", rename);
const downloading = button("Download", download);
const changing = [renaming, button("Move", move), button("Delete", remove, {class: "danger"})];
const selectionText = element("span");
const selectionBar = element("div", {role: "group", class: "selection", "aria-label": "Selection", hidden: true},
    selectionText, downloading, ...changing, button("Clear", () => listing.clearSelection()));

function takeOver() {
    const {user} = document.body.dataset;

    document.body.replaceChildren(
        element("header", {}, element("nav", {"aria-label": "Breadcrumb"}, breadcrumb),
            user ? element("p", {class: "user"}, `Signed in as ${user}`) : null),
        element("main", {}, heading,
            element("div", {role: "group", class: "tools", "aria-label": "Folder"}, ...adding, zip, filter),
            fileInput, folderInput, problem, selectionBar, listing.element, empty, status, uploads.element));
    document.body.classList.add("live");
}

/* ---- where one is ---- */

function crumb(url, text, isHere) {
    return element("li", {"aria-current": isHere ? "page" : null}, isHere ? text
        : element("a", {href: url.href, onclick: (event) => follow(event, url)}, text));
}

function showPlace() {
    const {url} = folder;
    const below = url.pathname.slice(root.pathname.length).split("/").filter(Boolean);
    const crumbs = [crumb(root, "Home", below.length === 0)];
    let at = root;

    below.forEach((segment, i) => {
        at = new URL(`${segment}/`, at);
        crumbs.push(crumb(at, dav.nameOf(at), i === below.length - 1));
    });
    breadcrumb.replaceChildren(...crumbs);
    heading.textContent = below.length === 0 ? "Home" : folder.name;
    document.title = heading.textContent;
    zip.href = new URL("?zip", url).href;
    for (const one of adding)
        one.hidden = isReadOnly || !folder.mayAdd;
}

/* Show the folder at @url. */
async function load(url) {
    const [found, rights] = await Promise.all([dav.list(url), dav.rightsIn(url)]);

    if (folder === null)
        takeOver();
    folder = {...found.folder, ...rights, url};
    showPlace();
    listing.show(found.members);
    empty.textContent = "This folder is empty.";
    empty.hidden = found.members.length > 0;
    listing.table.hidden = found.members.length === 0;
}

/* Do what may fail, and say so. */
async function attempt(work) {
    problem.textContent = "";
    status.textContent = "";
    try {
        await work();
    } catch (failure) {
        problem.textContent = failure.message;
    }
}

function refresh() {
    return attempt(() => load(folder.url));
}

async function walkTo(url) {
    filter.value = "";
    listing.filter("");
    await load(url);
    heading.focus();
    status.textContent = `${heading.textContent}, ${count(listing.shown.length, "entry", "entries")}`;
}

/* A link to a folder: without loading the page anew, so that uploads go on. */
function follow(event, url) {
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey)
        return;
    event.preventDefault();
    attempt(async () => {
        await walkTo(url);
        history.pushState(null, "", url);
    });
}

function openMember(member, event) {
    if (member.isFolder) {
        follow(event, member.url);
    } else if (canPreview(member) && event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
        event.preventDefault();
        preview(member, listing.shown).then(() => listing.focus(member.name));
    }
}

/* ---- what one can do ---- */

function showSelection() {
    const {selected} = listing;

    selectionBar.hidden = selected.length === 0;
    selectionText.textContent = `${selected.length} selected`;
    renaming.disabled = selected.length !== 1;
    for (const one of changing)
        one.hidden = isReadOnly || !folder.mayChange;
    if (filter.value !== "")
        status.textContent = `${listing.shown.length} found`;
}

async function makeFolder() {
    const name = await askName("New folder", "Create");

    if (name === null)
        return;
    await attempt(async () => {
        await dav.makeFolder(dav.memberOf(folder.url, name, true));
        await load(folder.url);
        listing.focus(name);
        status.textContent = `Created ${name}`;
    });
}

async function rename() {
    const [member] = listing.target;
    const name = member && await askName(`Rename ${member.name}`, "Rename", member.name);

    if (!name || name === member.name)
        return;
    await attempt(async () => {
        await dav.move(member.url, dav.memberOf(folder.url, name, member.isFolder));
        await load(folder.url);
        listing.focus(name);
        status.textContent = `Renamed to ${name}`;
    });
}

function describe(members) {
    return members.length === 1 ? `“${members[0].name}”` : `${members.length} entries`;
}

/* Do @work for each member, one after the other, until one fails; then show what is there. */
async function forEach(members, work, done) {
    await attempt(async () => {
        try {
            for (const member of members)
                await work(member);
            status.textContent = done;
        } finally {
            await load(folder.url);
        }
    });
    listing.focus();
}

async function move() {
    const members = listing.target;
    const to = await askFolder(`Move ${describe(members)}`, "Move here", root, folder.url);

    if (to !== null)
        await forEach(members, (one) => dav.move(one.url, dav.memberOf(to, one.name, one.isFolder)),
            `Moved ${describe(members)}`);
}

async function remove() {
    const members = listing.target;
    const lines = members.slice(0, 5).map((one) => one.name + (one.isFolder ? " and all in it" : ""));

    if (members.length > 5)
        lines.push(`and ${members.length - 5} more`);
    if (await confirm(`Delete ${describe(members)}?`, lines, "Delete"))
        await forEach(members, (one) => dav.remove(one.url), `Deleted ${describe(members)}`);
}

function download() {
    for (const member of listing.selected)
        element("a", {
            href: member.isFolder ? new URL("?zip", member.url).href : member.url.href,
            download: member.isFolder ? `${member.name}.zip` : member.name,
        }).click();
}

function uploadChosen(input) {
    const items = itemsOfInput(input);

    input.value = ""; /* so that the same file can be chosen again */
    attempt(() => uploads.add(items, folder));
}

/* ---- dropping, and keys ---- */

function acceptDrops() {
    const holdsFiles = (event) => event.dataTransfer?.types.includes("Files")
        && !isReadOnly && folder.mayAdd;

    document.addEventListener("dragover", (event) => {
        if (!holdsFiles(event))
            return;
        event.preventDefault();
        document.body.classList.add("dropping");
    });
    document.addEventListener("dragleave", (event) => {
        if (event.relatedTarget === null)
            document.body.classList.remove("dropping");
    });
    document.addEventListener("drop", (event) => {
        document.body.classList.remove("dropping");
        if (!holdsFiles(event))
            return;
        event.preventDefault();
        const items = itemsOfDrop(event.dataTransfer);
        attempt(async () => uploads.add(await items, folder));
    });
}

function acceptKeys() {
    const commands = {F2: [rename, 1], Delete: [remove, Infinity]};

    document.addEventListener("keydown", (event) => {
        if (event.target.closest("input:not([type=checkbox]), dialog"))
            return;
        if (event.key === "/") {
            event.preventDefault();
            filter.focus();
        }
        const [command, most] = commands[event.key] ?? [];
        const n = listing.target.length;
        if (command && n > 0 && n <= most && folder.mayChange && !isReadOnly)
            command();
    });
}

async function start() {
    await load(new URL(location.pathname, location.href));
    window.addEventListener("popstate", () => attempt(() => walkTo(new URL(location.pathname, location.href))));
    acceptDrops();
    acceptKeys();
}

/* Where the folder cannot be asked for, the plain listing stays. */
start().catch((failure) => document.body.append(element("p", {role: "alert"}, failure.message)));
