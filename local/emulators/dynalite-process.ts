import dynalite from 'dynalite';
import { serve } from './serve.ts';

serve((path) => dynalite({ path, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 }));
