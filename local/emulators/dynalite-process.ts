import { serve } from './serve.ts';
import { strictDynalite } from './strict-dynalite.ts';

serve((path) => strictDynalite({ path, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 }));
