//! More of something than fits a page.

/// As many pages as are needed for `most` on each, with as many on each as on the others.
pub fn pages<T>(items: Vec<T>, most: usize) -> Vec<Vec<T>> {
    let needed = items.len().div_ceil(most.max(1)).max(1);
    let per_page = items.len().div_ceil(needed).max(1);
    let mut items = items.into_iter().peekable();
    let mut pages = Vec::with_capacity(needed);
    while items.peek().is_some() {
        pages.push(items.by_ref().take(per_page).collect());
    }
    pages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_filled_evenly() {
        let lengths = |count: usize, most| -> Vec<usize> {
            let pages = pages((0..count).collect(), most);
            assert!(pages.concat().into_iter().eq(0..count));
            pages.iter().map(Vec::len).collect()
        };
        assert_eq!(lengths(0, 7), Vec::<usize>::new());
        assert_eq!(lengths(7, 7), [7]);
        assert_eq!(lengths(8, 7), [4, 4]);
        assert_eq!(lengths(17, 7), [6, 6, 5]);
        assert_eq!(lengths(3, 0), [1, 1, 1]);
    }
}
