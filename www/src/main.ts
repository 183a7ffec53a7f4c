/** The page's start. */
import './style.css';
import './elements/app';
import { setTheme, storedTheme } from './theme';

setTheme(storedTheme());
