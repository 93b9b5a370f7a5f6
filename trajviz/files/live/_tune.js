const tune = undefined;
