/** Starts each line that the tests' own extension host prints, to tell them from the workbench's. */
export const hostLineMark = '\u001f';
