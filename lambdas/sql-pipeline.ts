/** The pipeline of a bundle whose definition is a file of SQL: `#sql` is its text, and the name is that of the file. */
import text from '#sql';
import { sql } from '../sql/index.ts';

declare const TIDEMARK_SQL_NAME: string;

export default sql(TIDEMARK_SQL_NAME, text);
