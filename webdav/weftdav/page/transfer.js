/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a file gets to the server.  A small one by PUT.  A large one by parts into a file beside,
 * which takes its name when it is whole: an upload that was interrupted goes on where the last part
 * ended, also on another day.  Each part is as long as all before it, because a server may have to
 * copy these: all in all it copies no more than the file is long.
 */

import * as dav from "./dav.js";

const FIRST_PART_BYTES = 4 * 1024 * 1024;

/* The same for the same file chosen again. */
function partOf(url, file) {
    return dav.memberOf(dav.folderOf(url), `.${dav.nameOf(url)}.${file.size}-${file.lastModified}.part`);
}

function modifiedOf(file) {
    return Math.floor(file.lastModified / 1000);
}

/* How much of the part is there, and in which state. */
async function look(part) {
    try {
        const answer = await dav.send("HEAD", part);
        return {sent: Number(answer.getResponseHeader("Content-Length")), etag: answer.getResponseHeader("ETag")};
    } catch (problem) {
        if (problem.status !== 404)
            throw problem;
        return {sent: 0, etag: null};
    }
}

function sendPart(part, {sent, etag}, body, options) {
    if (sent === 0)
        return dav.send("PUT", part, {body, ...options});
    return dav.send("PATCH", part, {
        fields: {
            "Content-Type": "application/x-sabredav-partialupdate",
            "X-Update-Range": `bytes=${sent}-${sent + body.size - 1}`,
            "If-Match": etag,
        },
        body,
        ...options,
    });
}

async function sendInParts(url, file, {signal, onprogress}) {
    const part = partOf(url, file);
    let state = await look(part);

    while (state.sent < file.size) {
        const {sent} = state;
        const body = file.slice(sent, sent + Math.max(sent, FIRST_PART_BYTES));
        const answer = await sendPart(part, state, body,
            {signal, onprogress: (event) => onprogress(sent + event.loaded)});

        state = {sent: sent + body.size, etag: answer.getResponseHeader("ETag")};
    }
    await dav.setModified(part, new Date(file.lastModified));
    await dav.move(part, url);
}

/** TRUE where an upload of @file that is interrupted can go on where it was. */
export function goesInParts(file) {
    return file.size > FIRST_PART_BYTES;
}

/** Send @file to @url.  @inParts: where nothing stands at @url, and the person may change files there */
export async function sendFile(url, file, {inParts, signal, onprogress}) {
    if (inParts)
        return sendInParts(url, file, {signal, onprogress});
    return dav.send("PUT", url, {
        fields: {"X-OC-Mtime": modifiedOf(file)},
        body: file,
        signal,
        onprogress: (event) => onprogress(event.loaded),
    });
}

/** Remove what an upload that nobody goes on with has left. */
export async function discard(url, file) {
    try {
        await dav.remove(partOf(url, file));
    } catch {
        /* It was never made, or has become the file. */
    }
}
