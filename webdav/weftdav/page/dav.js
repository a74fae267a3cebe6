/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page as a WebDAV client of its own server: whatever it does is judged by the same rights and
 * locks as what any other client does.  XMLHttpRequest, because fetch tells nothing of an upload's
 * progress, and because it parses XML where markup from strings is forbidden (Trusted Types).
 */

const PROPERTIES = ["resourcetype", "getcontentlength", "getcontenttype", "getlastmodified", "lockdiscovery"];
const PRIVILEGES = "current-user-privilege-set";

/* What people are told; %s is the name of the resource. */
const REASONS = new Map([
    [0, "The server cannot be reached."],
    [401, "You are not signed in."],
    [403, "You may not do that to “%s”."],
    [404, "“%s” is not there any more."],
    [405, "There is already something named “%s”."],
    [409, "The folder for “%s” is not there any more."],
    [412, "There is already something named “%s”."],
    [413, "“%s” is larger than the server takes."],
    [423, "“%s” is locked by somebody else."],
    [507, "There is no room left for “%s”."],
]);

export class DavError extends Error {
    constructor(status, url) {
        const reason = REASONS.get(status) ?? `The server could not do that to “%s” (${status}).`;

        super(reason.replace("%s", () => nameOf(url)));
        this.status = status;
    }
}

/** The last segment of an address, as a person reads it. */
export function nameOf(url) {
    const segment = url.pathname.replace(/\/$/, "").split("/").pop();

    try {
        return decodeURIComponent(segment);
    } catch {
        return segment; /* not UTF-8 */
    }
}

/** The address of @name in the folder at @url. */
export function memberOf(url, name, isFolder = false) {
    return new URL(encodeURIComponent(name) + (isFolder ? "/" : ""), url);
}

export function folderOf(url) {
    return new URL(url.pathname.endsWith("/") ? ".." : ".", url);
}

/** Send one request.  Resolves with the XMLHttpRequest for statuses below 300; otherwise DavError. */
export function send(method, url, {fields = {}, body = null, type = "", onprogress, signal} = {}) {
    return new Promise((resolve, reject) => {
        const request = new XMLHttpRequest();
        const abort = () => request.abort();

        request.open(method, url);
        request.responseType = type;
        for (const [name, value] of Object.entries(fields))
            request.setRequestHeader(name, value);
        if (onprogress)
            request.upload.onprogress = onprogress;
        request.onload = () => (request.status >= 200 && request.status < 300 ? resolve(request)
            : reject(new DavError(request.status, url)));
        request.onerror = () => reject(new DavError(0, url));
        request.onabort = () => reject(new DOMException("cancelled", "AbortError"));
        request.onloadend = () => signal?.removeEventListener("abort", abort);
        signal?.addEventListener("abort", abort);
        request.send(body);
    });
}

/* The children of @node that are DAV:@name.  Collections that the browser would keep up to date cost
 * seconds in a large folder. */
function* childrenOf(node, name) {
    for (let child = node?.firstElementChild; child; child = child.nextElementSibling)
        if (child.localName === name && child.namespaceURI === "DAV:")
            yield child;
}

function childOf(node, name) {
    return childrenOf(node, name).next().value;
}

function textOf(node, name) {
    return childOf(node, name)?.textContent.trim() ?? "";
}

/* Properties that a server does not know stand in a propstat of their own, with 404. */
function foundProperties(response) {
    for (const propstat of childrenOf(response, "propstat"))
        if (textOf(propstat, "status").includes(" 200"))
            return childOf(propstat, "prop");
    return null;
}

function readLocks(found) {
    return [...childrenOf(childOf(found, "lockdiscovery"), "activelock")].map((lock) => textOf(lock, "owner"));
}

function readResource(response, base) {
    const url = new URL(textOf(response, "href"), base);
    const found = foundProperties(response);

    return {
        url,
        name: nameOf(url),
        isFolder: childOf(childOf(found, "resourcetype"), "collection") !== undefined,
        size: Number(textOf(found, "getcontentlength")),
        type: textOf(found, "getcontenttype"),
        modified: new Date(textOf(found, "getlastmodified")),
        locks: readLocks(found),
    };
}

async function propfind(url, depth, properties, signal) {
    const answer = await send("PROPFIND", url, {
        fields: {Depth: depth, "Content-Type": "application/xml"},
        body: `<?xml version="1.0" encoding="utf-8"?><D:propfind xmlns:D="DAV:"><D:prop>
${properties.map((name) => `<D:${name}/>`).join("")}</D:prop></D:propfind>`,
        type: "document",
        signal,
    });

    return [...childrenOf(answer.responseXML?.documentElement, "response")];
}

/** Resolves with the folder at @url and its members. */
export async function list(url, signal) {
    const responses = await propfind(url, "1", PROPERTIES, signal);
    const resources = responses.map((one) => readResource(one, url));
    const folder = resources.find((one) => one.url.pathname === url.pathname) ?? resources[0];

    return {folder, members: resources.filter((one) => one !== folder)};
}

/**
 * Resolves with what the person may do in the folder at @url.  Not asked for each member: who may
 * change the folder may as a rule change what is in it, and otherwise hears of it.
 */
export async function rightsIn(url) {
    const [response] = await propfind(url, "0", [PRIVILEGES]);
    const set = childOf(foundProperties(response), PRIVILEGES);
    const names = [...childrenOf(set, "privilege")].map((one) => one.firstElementChild?.localName);
    /* A server that does not tell may be tried. */
    const allows = (...wanted) => !set || wanted.some((name) => names.includes(name));

    return {mayAdd: allows("all", "write", "bind"), mayChange: allows("all", "write", "write-content")};
}

/* RFC 4918 9.6.1, 9.9.4: 207 here is about members that could not be handled. */
async function change(method, url, fields) {
    const answer = await send(method, url, {fields, type: "document"});

    if (answer.status !== 207)
        return;
    const failed = childOf(answer.responseXML?.documentElement, "response");
    const status = Number(textOf(failed, "status").split(" ")[1]) || 500;
    throw new DavError(status, new URL(textOf(failed, "href"), url));
}

export function makeFolder(url) {
    return change("MKCOL", url, {});
}

export function remove(url) {
    return change("DELETE", url, {});
}

/** Refused where something stands at @to. */
export async function move(url, to) {
    try {
        await change("MOVE", url, {Destination: to.href, Overwrite: "F"});
    } catch (problem) {
        throw problem.status === 412 ? new DavError(412, to) : problem;
    }
}

/** Set when a file was last changed. */
export function setModified(url, date) {
    return send("PROPPATCH", url, {
        fields: {"Content-Type": "application/xml"},
        body: `<?xml version="1.0" encoding="utf-8"?><D:propertyupdate xmlns:D="DAV:"><D:set><D:prop>
<D:getlastmodified>${date.toUTCString()}</D:getlastmodified></D:prop></D:set></D:propertyupdate>`,
    });
}

/** The beginning of a file's text. */
export async function readText(url, maxBytes) {
    const answer = await fetch(url, {headers: {Range: `bytes=0-${maxBytes - 1}`}});

    if (!answer.ok && answer.status !== 416) /* of an empty file */
        throw new DavError(answer.status, url);
    return answer.status === 416 ? "" : answer.text();
}
