import { extname } from 'node:path';

/** What files of this project end with: `.ts` in the repository, which Node runs itself, `.js` in the package. */
export const SOURCE_EXTENSION = extname(import.meta.filename);

/** What files of SQL end with: each is a pipeline, named as its file. */
export const SQL_EXTENSION = '.sql';
