/** Prints what this release stores of every story. `make.ts` runs it in the folder of the release that is to write. */
import { linesOf } from './lines.ts';
import { STORIES } from './stories.ts';
import { write } from './story.ts';

for (const story of STORIES) process.stdout.write(linesOf(story.name, await write(story)));
