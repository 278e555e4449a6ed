/**
 * @template T
 * @typedef {object} Page
 * @property {T[]} items
 * @property {number} number Counted from 1.
 * @property {number} pageCount
 * @property {boolean} hasNext
 */

/**
 * Cuts a list into pages and picks one. Numbers outside the range give the nearest page.
 * @template T
 * @param {readonly T[]} items
 * @param {number} number Counted from 1.
 * @param {number} pageSize
 * @returns {Page<T>}
 */
export function paginate(items, number, pageSize) {
  const pageCount = Math.floor(items.length / pageSize) + 1;
  const current = Math.min(Math.max(1, number), pageCount);
  const start = (current - 1) * pageSize;
  return {
    items: items.slice(start, start + pageSize),
    number: current,
    pageCount,
    hasNext: current < pageCount,
  };
}
