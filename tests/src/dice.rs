/// Numbers that look random and are the same for a seed (`SplitMix64`).
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// Another seed, other numbers.
    pub fn new(seed: u64) -> Self {
        let mut dice = Self(seed);
        dice.next();
        dice
    }

    /// Any number below this one, which is at least 1.
    pub fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).expect("a usize");
        usize::try_from(self.next() % end).expect("less than a usize")
    }

    /// As [`below`](Self::below), small.
    pub fn small(&mut self, end: u32) -> u32 {
        u32::try_from(self.next() % u64::from(end)).expect("less than a u32")
    }

    /// True so often, of a hundred times.
    pub fn percent(&mut self, percent: u32) -> bool {
        self.small(100) < percent
    }

    /// For the job of this number, some of those before it, at most so many, each once.
    pub fn deps(&mut self, job: usize, most: usize) -> Vec<usize> {
        let mut deps = Vec::new();
        if job > 0 {
            for _ in 0..self.below(most + 1) {
                let dep = self.below(job);
                if !deps.contains(&dep) {
                    deps.push(dep);
                }
            }
        }
        deps
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
