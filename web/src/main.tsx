import './ui/ui.css';
import { render } from 'preact';
import { Shell } from './app/shell.tsx';

render(<Shell />, document.querySelector('#page')!);
