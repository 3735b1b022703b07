local f(x) = f(x + 1) + 1;
{ size: f(1) }
