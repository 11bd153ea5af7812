/**
 * Pages as people write them, "1-3, 5", as indexes from 0.
 *
 * @param {string} text
 * @param {number} pages how many there are
 * @returns {number[]|null} null where it cannot be read
 */
export function parsePages(text, pages) {
    const indexes = new Set();
    for (const part of text.split(/[,;\s]+/).filter(Boolean)) {
        const match = /^(\d+)(?:-(\d+))?$/.exec(part);
        const first = match && parseInt(match[1]);
        const last = match && parseInt(match[2] || match[1]);
        if (!match || first < 1 || last < first || last > pages) {
            return null;
        }
        for (let page = first; page <= last; page++) {
            indexes.add(page - 1);
        }
    }
    return [...indexes].sort((a, b) => a - b);
}
