/** The script of the embed: it defines `<page-race>`, and makes the page of a frame of it. */
import './race';
import { startFrame } from './frame';
import { isFrame } from './parts';

if (isFrame) startFrame();
